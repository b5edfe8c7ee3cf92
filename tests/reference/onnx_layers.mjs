// Runs an ONNX model on raw float32 inputs in ONNX Runtime and writes every graph output:
//   node onnx_layers.mjs MODEL.onnx INPUTS.bin OUT_FOLDER INPUT_NAME EXTENT...
// INPUTS.bin holds one input tensor, of the extents given, after the other. OUT_FOLDER/<k>.bin gets output k of all inputs, one after the other;
// OUT_FOLDER/outputs.txt their names in this order. Exit code 77 if onnxruntime-node is not installed
// (npm install --ignore-scripts onnxruntime-node, in the repository's root).
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SKIPPED = 77;
const [modelFile, inputFile, folder, inputName, ...shape] = process.argv.slice(2);

let ort;
try {
  ort = (await import("onnxruntime-node")).default;
} catch (error) {
  console.log(`skipped: onnxruntime-node cannot be loaded (${error.code ?? error.message})`);
  process.exit(SKIPPED);
}

const dims = shape.map(Number);
const size = dims.reduce((product, extent) => product * extent, 1);
const bytes = readFileSync(inputFile);
const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
if (size === 0 || values.length % size !== 0) throw new Error(`${inputFile}: not a multiple of ${size} numbers`);

const session = await ort.InferenceSession.create(modelFile, { graphOptimizationLevel: "disabled", intraOpNumThreads: 1 });
const outputs = session.outputNames.map(() => []);
for (let begin = 0; begin < values.length; begin += size) {
  const tensor = new ort.Tensor("float32", values.slice(begin, begin + size), dims);
  const result = await session.run({ [inputName]: tensor });
  session.outputNames.forEach((name, k) => outputs[k].push(Buffer.from(Float32Array.from(result[name].data).buffer)));
}
outputs.forEach((parts, k) => writeFileSync(join(folder, `${k}.bin`), Buffer.concat(parts)));
writeFileSync(join(folder, "outputs.txt"), session.outputNames.join("\n") + "\n");
