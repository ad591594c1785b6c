"""A graph of ONNX while it is drawn."""

from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from pipeline.table.learners.learner import Array

_OPSETS = {"": 21, "ai.onnx.ml": 5}


class Graph:
    """Operators in the order in which they were added; every value has a name of its own."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._inputs: dict[str, int] = {}
        self._outputs: list[Any] = []

    def input(self, name: str, columns: int) -> str:
        """A matrix of ``columns``, as float64 from here on."""
        self._inputs[name] = columns
        return self.add("Cast", name, to=onnx.TensorProto.DOUBLE)

    def tensor(self, values: Array) -> Any:
        """An array as ONNX writes it."""
        return numpy_helper.from_array(np.ascontiguousarray(values))

    def constant(self, values: Any, dtype: Any = np.float64) -> str:
        """A value that is part of the file."""
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.array(values, dtype=dtype), name))
        return name

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """The name of what the operator gives."""
        name = f"value_{len(self._nodes)}"
        node = helper.make_node(operator, list(inputs), [name], domain=domain, **attributes)
        self._nodes.append(node)
        return name

    def output(self, name: str, value: str, columns: int | None, *, is_whole: bool = False) -> None:
        """Give ``value`` as ``name``: one per row, or ``columns`` of them."""
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        kind = onnx.TensorProto.INT64 if is_whole else onnx.TensorProto.DOUBLE
        shape: list[str | int | None] = ["rows"] if columns is None else ["rows", columns]
        self._outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def file(self, description: str) -> bytes:
        """The checked model with ``description`` among its metadata as ``model_studio``."""
        inputs = [
            helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["rows", columns])
            for name, columns in self._inputs.items()
        ]
        graph = helper.make_graph(self._nodes, "model", inputs, self._outputs, self._constants)
        opsets = [helper.make_opsetid(domain, number) for domain, number in _OPSETS.items()]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="Model Studio")
        model.ir_version = 10
        helper.set_model_props(model, {"model_studio": description})
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())
