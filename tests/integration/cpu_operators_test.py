"""Networks that end in Softmax or ArgMax, which the runtime executes on the hart."""

import unittest

import numpy as np
from kasane_program import SOURCE, ScenarioTest, results, summary

try:
    import onnx
    from onnx import TensorProto, helper
except ModuleNotFoundError:
    onnx = None

# The output tensor of Softmax: int8, scale 1/256, zero point -128 (kasane/package.h).
SCALE, ZERO_POINT = 1 / 256, -128


@unittest.skipIf(onnx is None, "Debian's python3-onnx is not installed")
class CpuOperators(ScenarioTest):
    def extended(self, *nodes, output):
        """lenet5-fashion with nodes behind its logits."""
        model = onnx.load(str(SOURCE / "sw" / "networks" / "lenet5-fashion.onnx"))
        model.graph.node.extend(nodes)
        del model.graph.output[:]
        model.graph.output.append(output)
        path = self.folder / "extended.onnx"
        onnx.save(model, str(path))
        return path

    def outputs(self, network, images=20):
        run = self.run_scenario("lenet5.yaml", "--images", images, "--set", f"software.network={network}", name=f"run-{network.stem}")
        return run, [bytes.fromhex(row["output_hex"]) for row in results(run)]

    def logits(self, images=20):
        run, rows = self.outputs(SOURCE / "sw" / "networks" / "lenet5-fashion.onnx", images)
        return run, np.stack([np.frombuffer(row, np.int8)[:10] for row in rows])

    def test_softmax(self):
        softmax = helper.make_node("Softmax", ["logits"], ["probabilities"], name="softmax", axis=1)
        info = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [1, 10])
        run, rows = self.outputs(self.extended(softmax, output=info))
        plain, logits = self.logits()
        quantised = np.stack([np.frombuffer(row, np.int8)[:10] for row in rows]).astype(int)
        probabilities = (quantised - ZERO_POINT) * SCALE
        # The scale of the logits is the compiler's; whatever it is, log-probabilities are linear in them, with one slope.
        slopes = []
        for row, probability in zip(logits.astype(float), probabilities):
            seen = probability > 0.05
            if seen.sum() >= 2:
                slopes.append(np.ptp(np.log(probability[seen])) / np.ptp(row[seen]))
        self.assertGreater(len(slopes), 2)
        self.assertLess(np.std(slopes) / np.mean(slopes), 0.15)
        self.assertTrue(np.allclose(probabilities.sum(axis=1), 1, atol=10 * SCALE))
        self.assertEqual(summary(run)["correct"], summary(plain)["correct"])
        layer = summary(run)["layers"][-2]
        self.assertEqual((layer["name"], layer["engine"]), ("softmax", "cpu"))

    def test_argmax(self):
        argmax = helper.make_node("ArgMax", ["logits"], ["class"], name="argmax", axis=1, keepdims=0)
        info = helper.make_tensor_value_info("class", TensorProto.INT64, [1])
        _, rows = self.outputs(self.extended(argmax, output=info))
        _, logits = self.logits()
        classes = [int.from_bytes(row[:4], "little") for row in rows]
        self.assertEqual(classes, logits.argmax(axis=1).tolist())


if __name__ == "__main__":
    unittest.main()
