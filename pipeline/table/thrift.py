"""Just enough of the Thrift compact protocol to read the numbers in Parquet's own descriptions.

Arrow's accessors for the description of a column end the whole process where that description is
damaged (an exception that nothing catches), so what must be known before reading is read here.
The protocol: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from typing import Any

_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET = range(1, 11)
_STRUCT, _STOP = 12, 0
_LONG_LIST = 15
_MAX_DEPTH = 12
_MAX_VARINT_BITS = 63

Struct = dict[int, Any]
"""Field numbers with an ``int``, a ``Struct`` or a ``list`` of these; ``None`` for all else."""


class ThriftError(ValueError):
    """The bytes are not a Thrift structure as Parquet uses them."""


class ThriftReader:
    """Reads structures one after the other; raises ``EOFError`` where the bytes end too early."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def struct(self, depth: int = 0) -> Struct:
        """The next structure."""
        if depth > _MAX_DEPTH:
            raise ThriftError("structures are nested too deeply")
        fields: Struct = {}
        number = 0
        while (head := self._byte()) != _STOP:
            step, kind = head >> 4, head & 0x0F
            number = number + step if step else self._zigzag()
            fields[number] = None if kind in (_TRUE, _FALSE) else self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (_I16, _I32, _I64):
            return self._zigzag()
        if kind == _BINARY:
            return self._forward(self._varint())
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind in (_LIST, _SET):
            return self._list(depth)
        if kind == _DOUBLE:
            return self._forward(8)
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._forward(1)
        raise ThriftError(f"values of type {kind} do not occur in Parquet")

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        size, kind = head >> 4, head & 0x0F
        if size == _LONG_LIST:
            size = self._varint()
        if size > len(self._data) - self.position:
            raise EOFError
        return [self._value(kind, depth) for _ in range(size)]

    def _byte(self) -> int:
        self._forward(1)
        return self._data[self.position - 1]

    def _forward(self, count: int) -> None:
        self.position += count
        if self.position > len(self._data):
            raise EOFError

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > _MAX_VARINT_BITS:
                raise ThriftError("a number is too long")

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
