"""Bodies that come packed: unpacked piece by piece, so that a bomb is never whole in memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from starlette.exceptions import HTTPException

_GZIP = 31  # zlib's word for a gzip header around it
_PIECE = 1 << 16  # bytes that are unpacked at once


class Unpacker:
    """Unpacks one body by its content encoding."""

    def __init__(self, encoding: str) -> None:
        """Begin.

        Raises:
            HTTPException: when it is packed in another way.
        """
        if encoding not in ("identity", "gzip", "x-gzip"):
            raise HTTPException(415, "send the body as it is, or packed with gzip")
        self._zlib = None if encoding == "identity" else zlib.decompressobj(_GZIP)

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        """Yield what a chunk holds, at most 64 KB at a time.

        Raises:
            HTTPException: when it is not packed as it says.
        """
        if self._zlib is None:
            yield packed
            return
        piece = b""
        while packed or len(piece) == _PIECE:
            try:
                piece = self._zlib.decompress(packed, _PIECE)
            except zlib.error:
                raise self._broken() from None
            packed = self._zlib.unconsumed_tail
            yield piece
        if self._zlib.unused_data:
            raise self._broken()

    def end(self) -> None:
        """Say that the body has come to its end.

        Raises:
            HTTPException: when what was packed has not.
        """
        if self._zlib is not None and not self._zlib.eof:
            raise self._broken()

    def _broken(self) -> HTTPException:
        return HTTPException(400, "the body is not packed as it says; nothing was kept")
