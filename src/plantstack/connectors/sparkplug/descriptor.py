"""The messages of Sparkplug B on the wire, described by their numbers and types.

Only what a host reads or writes is described: what else a payload holds is skipped, as protocol buffers do.
"""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

_PACKAGE = "plantstack.sparkplug"
_TYPES = {
    "uint32": FieldDescriptorProto.TYPE_UINT32,
    "uint64": FieldDescriptorProto.TYPE_UINT64,
    "float": FieldDescriptorProto.TYPE_FLOAT,
    "double": FieldDescriptorProto.TYPE_DOUBLE,
    "bool": FieldDescriptorProto.TYPE_BOOL,
    "string": FieldDescriptorProto.TYPE_STRING,
    "bytes": FieldDescriptorProto.TYPE_BYTES,
}
_VALUES = {  # one of these holds the value of a metric
    "int_value": (10, "uint32"),
    "long_value": (11, "uint64"),
    "float_value": (12, "float"),
    "double_value": (13, "double"),
    "boolean_value": (14, "bool"),
    "string_value": (15, "string"),
    "bytes_value": (16, "bytes"),
    "dataset_value": (17, "bytes"),  # known to be there, never looked into
    "template_value": (18, "bytes"),
    "extension_value": (19, "bytes"),
}
_PLAIN: dict[str, dict[str, tuple[int, str]]] = {
    "PropertyValue": {
        "type": (1, "uint32"),
        "is_null": (2, "bool"),
        "int_value": (3, "uint32"),
        "long_value": (4, "uint64"),
        "string_value": (8, "string"),
    },
    "Metric": {
        "name": (1, "string"),
        "alias": (2, "uint64"),
        "timestamp": (3, "uint64"),
        "datatype": (4, "uint32"),
        "is_historical": (5, "bool"),
        "is_transient": (6, "bool"),
        "is_null": (7, "bool"),
    },
    "Payload": {
        "timestamp": (1, "uint64"),
        "seq": (3, "uint64"),
        "uuid": (4, "string"),
        "body": (5, "bytes"),
    },
}
VALUE = "value"
"""The group of fields of which a metric has one."""


def _message(file: FileDescriptorProto, name: str) -> DescriptorProto:
    found: DescriptorProto = file.message_type.add(name=name)
    for field, (number, kind) in _PLAIN.get(name, {}).items():
        found.field.add(
            name=field, number=number, type=_TYPES[kind], label=FieldDescriptorProto.LABEL_OPTIONAL
        )
    return found


def _inner(message: DescriptorProto, name: str, number: int, of: str, *, repeated: bool) -> None:
    label = FieldDescriptorProto.LABEL_REPEATED if repeated else FieldDescriptorProto.LABEL_OPTIONAL
    kind, whole = FieldDescriptorProto.TYPE_MESSAGE, f".{_PACKAGE}.{of}"
    message.field.add(name=name, number=number, type=kind, type_name=whole, label=label)


def _file() -> FileDescriptorProto:
    file = FileDescriptorProto(name="plantstack/sparkplug", package=_PACKAGE, syntax="proto2")
    _message(file, "PropertyValue")
    properties = _message(file, "PropertySet")
    strings = FieldDescriptorProto.LABEL_REPEATED
    properties.field.add(name="keys", number=1, type=_TYPES["string"], label=strings)
    _inner(properties, "values", 2, "PropertyValue", repeated=True)
    metric = _message(file, "Metric")
    _inner(metric, "properties", 9, "PropertySet", repeated=False)
    metric.oneof_decl.add(name=VALUE)
    for name, (number, kind) in _VALUES.items():
        metric.field.add(
            name=name,
            number=number,
            type=_TYPES[kind],
            label=FieldDescriptorProto.LABEL_OPTIONAL,
            oneof_index=0,
        )
    _inner(_message(file, "Payload"), "metrics", 2, "Metric", repeated=True)
    return file


def _payload() -> Any:
    pool = DescriptorPool()
    pool.AddSerializedFile(_file().SerializeToString())
    return GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Payload"))


PAYLOAD = _payload()
"""The class of a payload; `PAYLOAD()` is an empty one."""
