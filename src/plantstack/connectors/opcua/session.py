"""One session with a server: what it told is acknowledged once it is on disk, and silence is noticed.

The library acknowledges a notification with its next request, which it sends when our answer to the last
one is done. So nothing more is asked for until what came is written, and the server keeps it in its queues.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.uaerrors import UaStatusCodeError

from plantstack.connectors.contract import Fatal, Retry
from plantstack.connectors.opcua.failing import FAILURES, failure, unreadable
from plantstack.connectors.opcua.nodes import NAMESPACES, find
from plantstack.connectors.opcua.security import endpoint_problems, pinned_certificate, secure
from plantstack.connectors.opcua.settings import Settings
from plantstack.errors import Problem
from plantstack.intervals import SECOND

REQUEST_S, FAREWELL_S = 8.0, 0.5
AT_ONCE = 200  # items a request
LARGEST = 64 << 20  # bytes of a message
MOST_A_PUBLISH = 1_000
SIGNS = 4  # so often the server shows that it is there within our patience

_NEVER_S = 1e6  # the library's own watch would break a session that only pauses
_MOST_ITEMS = ua.NodeId.from_string("i=11714")
_held: Counter[str] = Counter()  # sessions of ours, by server

# What the library logs holds traces and whole messages; what matters is told as problems.
logging.getLogger("asyncua").propagate = False
logging.getLogger("asyncua").addHandler(logging.NullHandler())


async def client_of(settings: Settings) -> Client:
    """Return a client that has not yet connected.

    Raises:
        Fatal: when a certificate, key or password cannot be read.
    """
    client = Client(settings.url, timeout=REQUEST_S, watchdog_intervall=_NEVER_S)
    client.name = client.description = "plantstack"
    client.application_uri = client.product_uri = "urn:plantstack"
    client.max_messagesize = LARGEST
    client.session_timeout = 3 * settings.patience_us // 1000
    try:
        await secure(client, settings)
        if settings.user and settings.password is not None:
            client.set_user(settings.user)
            client.set_password(settings.password.read_text("utf-8").strip())
    except (OSError, ValueError, TypeError) as error:
        raise unreadable(error, settings) from error
    return client


async def refusals(settings: Settings) -> list[Problem]:
    """Say what the server offers less than is configured, or that it is another; takes no session."""
    pinned, client = await pinned_certificate(settings), Client(settings.url, timeout=REQUEST_S)
    return endpoint_problems(settings, await client.connect_and_get_server_endpoints(), pinned)


async def face(settings: Settings) -> None:
    """Look at the server before anything is told to it; what it is may have changed since the last check.

    Raises:
        Retry: when it cannot be reached.
        Fatal: when it is not who it was, or offers less than is configured.
    """
    try:
        found = await refusals(settings)
    except FAILURES as error:
        raise failure(error, settings) from error
    if found:
        raise Fatal(found)


@contextmanager
def holding(settings: Settings) -> Iterator[None]:
    """Take one of the sessions that the server may give us, and give it back.

    Raises:
        Fatal: when we have as many as we may.
    """
    budget, url = settings.sessions, settings.url
    if _held[url] >= budget:
        what = f"plantstack has {_held[url]} sessions with this server already, and may have {budget}"
        fix = "Read it with one connection, or raise 'sessions'."
        raise Fatal(Problem("opcua-sessions", url, what, fix))
    _held[url] += 1
    try:
        yield
    finally:
        _held[url] -= 1


class Numbers:
    """The numbers of notifications: each has the next one, and a sign of life shows the next one.

    >>> numbers = Numbers()
    >>> [numbers.goes_on(*told) for told in ((7, True), (8, False), (8, True), (10, True))]
    [True, True, True, False]
    """

    def __init__(self) -> None:
        self._next = 0  # not yet known

    def goes_on(self, number: int, is_full: bool) -> bool:
        """Whether nothing is missing before a notification; one with values takes its number."""
        is_next = self._next in (0, number)
        self._next = (number + 1 if is_full else number) & 0xFFFFFFFF or 1
        return is_next


class Session:
    """A session that tells what changes; another one takes its place when it is lost."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.namespaces: list[str] = []
        self.missing: dict[int, str] = {}  # places of addresses that the server does not have, and why
        self.patience_s = settings.patience_us / SECOND
        self._inbox: asyncio.Queue[ua.NotificationMessage | None] = asyncio.Queue()
        self._written = asyncio.Event()
        self._client: Client | None = None
        self._held = ExitStack()
        self._subscription = 0
        self._numbers = Numbers()
        self._is_lost = False
        self.is_torn = False  # a notification did not reach us
        self.heard_at: datetime | None = None  # the last word but one, by the server's clock
        self.told_at: datetime | None = None  # the last word

    async def begin(self) -> None:
        """Connect, and subscribe to every address.

        Raises:
            Retry: when the server cannot be reached, or has no session left.
            Fatal: when it does not let us in, or has none of the nodes.
        """
        client = await client_of(self.settings)
        client.connection_lost_callback = self._lost
        self._held.enter_context(holding(self.settings))
        self._client = client
        try:
            await client.connect()
            self.namespaces = await client.get_node(NAMESPACES).read_value()
            if any(one.part for one in self.settings.nodes):
                await client.load_data_type_definitions()  # what the structures of this server hold
            await self._subscribe(client)
            await self.seek(range(len(self.settings.nodes)))
        except FAILURES as error:
            raise failure(error, self.settings) from error
        if len(self.missing) == len(self.settings.nodes):
            first, why = self.settings.nodes[0], next(iter(self.missing.values()))
            what = f"the server has none of the nodes; '{first.tag}', {first}: {why}"
            raise Fatal(Problem("opcua-nodes", self.settings.url, what, "Compare with 'plantstack browse'."))

    async def seek(self, places: Sequence[int]) -> None:
        """Subscribe to some of the addresses; those the server does not have are noted."""
        client = self._connected()
        nodes = await find(client, [self.settings.nodes[place] for place in places], self.namespaces)
        most = await self._most_items(client)
        wanted: list[tuple[int, ua.NodeId]] = []
        for place, node in zip(places, nodes, strict=True):
            if isinstance(node, str):
                self.missing[place] = node
            else:
                wanted.append((place, node))
        for start in range(0, len(wanted), most):
            part = wanted[start : start + most]
            params = ua.CreateMonitoredItemsParameters()
            params.SubscriptionId = ua.IntegerId(self._subscription)
            params.TimestampsToReturn = ua.TimestampsToReturn.Both
            params.ItemsToCreate = [self._item(place, node) for place, node in part]
            results = await client.uaclient.create_monitored_items(params)
            for (place, _), result in zip(part, results, strict=True):
                self.missing.pop(place, None)
                if not result.StatusCode.is_good():
                    self.missing[place] = result.StatusCode.name

    async def seek_missing(self) -> None:
        """Look again for what was missing: a server that starts has not everything at once."""
        try:
            await self.seek(sorted(self.missing))
        except FAILURES as error:
            raise failure(error, self.settings) from error

    async def hear(self) -> list[ua.MonitoredItemNotification]:
        """Wait for a word of the server: what changed, or an empty list when it only shows that it is there.

        Raises:
            Retry: when the session was lost, or the server is silent for too long.
        """
        url, self._is_lost = self.settings.url, True  # unless it is heard
        try:
            message = await asyncio.wait_for(self._inbox.get(), self.patience_s)
        except TimeoutError:
            what = f"the server gave no sign for {self.patience_s:.0f} s"
            raise Retry(Problem("opcua-silent", url, what)) from None
        if message is None:
            raise Retry(Problem("opcua-lost", url, "the connection was lost"))
        self.is_torn = not self._numbers.goes_on(message.SequenceNumber, bool(message.NotificationData))
        self.heard_at, self.told_at = self.told_at, message.PublishTime
        items: list[ua.MonitoredItemNotification] = []
        for told in message.NotificationData or ():
            if isinstance(told, ua.DataChangeNotification):
                items += told.MonitoredItems
            elif isinstance(told, ua.StatusChangeNotification):
                what = f"the server ended the subscription: {told.Status.name}"
                raise Retry(Problem("opcua-ended", url, what))
        self._is_lost = False
        return items

    def acknowledge(self) -> None:
        """What was heard is on disk: the server may forget it and tell on."""
        self._written.set()

    async def end(self) -> None:
        """Leave; the session is given back to the server, which has few."""
        client, self._client = self._client, None
        self._written.set()
        if client is None:
            return
        try:
            await asyncio.wait_for(client.disconnect(), FAREWELL_S if self._is_lost else REQUEST_S)
        except FAILURES:
            client.disconnect_socket()
        finally:
            self._held.close()

    def _connected(self) -> Client:
        if self._client is None:
            raise ConnectionError("the session has ended")
        return self._client

    async def _subscribe(self, client: Client) -> None:
        interval_ms = self.settings.interval_us / 1000
        params = ua.CreateSubscriptionParameters()
        params.RequestedPublishingInterval = ua.Duration(interval_ms)
        signs = max(1, round(self.patience_s * 1000 / SIGNS / interval_ms))
        params.RequestedMaxKeepAliveCount = ua.Counter(signs)
        params.RequestedLifetimeCount = ua.Counter(3 * SIGNS * signs)
        params.MaxNotificationsPerPublish = ua.Counter(MOST_A_PUBLISH)
        found = await client.uaclient.create_subscription(params, self._came)
        self._subscription = found.SubscriptionId
        apart_s = found.RevisedPublishingInterval * max(1, found.RevisedMaxKeepAliveCount) / 1000
        self.patience_s = max(self.patience_s, 2.5 * apart_s)  # the server may show itself less often

    async def _most_items(self, client: Client) -> int:
        try:
            most = await client.get_node(_MOST_ITEMS).read_value()
        except UaStatusCodeError:
            most = 0  # it names no limit
        return min(int(most or AT_ONCE), AT_ONCE)

    def _item(self, place: int, node: ua.NodeId) -> ua.MonitoredItemCreateRequest:
        request = ua.MonitoredItemCreateRequest()
        request.ItemToMonitor.NodeId = node
        request.ItemToMonitor.AttributeId = ua.IntegerId(AttributeIds.Value)
        request.MonitoringMode = ua.MonitoringMode.Reporting
        wanted = request.RequestedParameters
        wanted.ClientHandle = ua.IntegerId(place)
        wanted.SamplingInterval = ua.Duration(self.settings.sampling_us / 1000)
        wanted.QueueSize = ua.Counter(self.settings.queue)
        if self.settings.is_each:
            each = ua.DataChangeFilter()
            each.Trigger = ua.DataChangeTrigger.StatusValueTimestamp
            wanted.Filter = each
        return request

    async def _came(self, told: ua.PublishResult) -> None:
        self._written.clear()
        self._inbox.put_nowait(told.NotificationMessage)
        await self._written.wait()

    async def _lost(self, error: Exception) -> None:
        self._inbox.put_nowait(None)
