#include "tests/unit/software/small_package.h"

#include <zlib.h>

#include "tests/unit/software/small_layers.h"

namespace kasane {

using namespace package_records;

namespace {

enum : uint32_t {
  input_bytes = 36,
  convolved_at = 64,
  pooled_at = 192,
  logits_at = 256,
  fmm_bytes = 320,
  wm_bytes = 320,
};
constexpr LayerWeights convolution_at = {.parameters = 0, .weights = 128};
constexpr LayerWeights dense_at = {.parameters = 64, .weights = 192};

Record softmax() {
  kasane_cpu_vector v{};
  v.header = {KASANE_CPU_SOFTMAX, 3, 0};
  v.input_offset = logits_at;
  v.count = 5;
  v.input_scale_q24 = 1 << 20;
  v.input_space = KASANE_SPACE_FMM;
  v.output_space = KASANE_SPACE_OUTPUT;
  return record(v);
}

std::vector<uint8_t> constants() {
  std::vector<uint8_t> bytes = arbitrary_bytes(wm_bytes);
  set_parameters(bytes, convolution_at.parameters, 2, 39);
  set_parameters(bytes, dense_at.parameters, 5, 39);
  return bytes;
}

}  // namespace

void seal(std::vector<uint8_t>& package) {
  uint32_t crc = 0;
  std::memcpy(&package[offsetof(kasane_package_header, crc32)], &crc, sizeof crc);
  crc = static_cast<uint32_t>(::crc32(0, package.data(), static_cast<uInt>(package.size())));
  std::memcpy(&package[offsetof(kasane_package_header, crc32)], &crc, sizeof crc);
}

std::vector<uint8_t> small_package() {
  const std::vector<char> strings = {'s', 'm', 'a', 'l', 'l', 0, 'c', 'o', 'n', 'v', 0};
  kasane_package_header header{};
  header.magic = KASANE_PACKAGE_MAGIC;
  header.version = KASANE_PACKAGE_VERSION;
  std::vector<uint8_t> bytes(sizeof header);
  std::vector<kasane_layer> layers(4);
  for (auto& layer : layers) layer.name_offset = layer.operator_offset = 6;
  header.layers_offset = append(bytes, layers);
  const std::vector<kasane_step> steps = {{KASANE_STEP_DMA, KASANE_NO_LAYER, 0, 1, 0},
                                          {KASANE_STEP_DMA, KASANE_NO_LAYER, 1, 1, 0},
                                          {KASANE_STEP_NCU, 0, 2, 1, 0},
                                          {KASANE_STEP_NCU, 1, 3, 2, 0},
                                          {KASANE_STEP_CPU, 3, 5, 1, 0}};
  header.steps_offset = append(bytes, steps);
  header.setup_step_count = 1;
  header.output = {5, 5, 1, 1, -128, 1.0F / 256};
  kasane_exit only{};
  only.name_offset = 6;
  only.first_step = 1;
  only.end_step = 5;
  only.output = header.output;
  header.exits_offset = append(bytes, std::vector{only});
  header.exit_count = 1;
  header.outputs_bytes = 5;
  header.commands_offset = header.exits_offset + 64;
  header.command_count = 6;
  header.data_offset = header.commands_offset + 6 * KASANE_COMMAND_BYTES;
  append(bytes, std::vector<Record>{
                    copy(KASANE_SPACE_PACKAGE, header.data_offset, KASANE_SPACE_WM, 0, wm_bytes),
                    copy(KASANE_SPACE_INPUT, 0, KASANE_SPACE_FMM, 0, input_bytes),
                    convolution(0, 0, convolved_at, convolution_at), max_pool(1, convolved_at, pooled_at),
                    fully_connected(2, pooled_at, 18, logits_at, 5, dense_at), softmax()});
  append(bytes, constants());
  header.strings_offset = append(bytes, strings);
  header.layer_count = 4;
  header.step_count = 5;
  header.data_bytes = wm_bytes;
  header.strings_bytes = static_cast<uint32_t>(strings.size());
  header.fmm_bytes = fmm_bytes;
  header.wm_bytes = wm_bytes;
  header.input = {input_bytes, 1, 6, 6, -128, 1.0F};
  header.total_bytes = static_cast<uint32_t>(bytes.size());
  std::memcpy(bytes.data(), &header, sizeof header);
  seal(bytes);
  return bytes;
}

}  // namespace kasane
