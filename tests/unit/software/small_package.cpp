#include "tests/unit/software/small_package.h"

#include <zlib.h>

#include "tests/unit/software/package_records.h"

namespace kasane {

using namespace package_records;

namespace {

enum : uint32_t {
  input_bytes = 36,
  convolved_at = 64,
  pooled_at = 192,
  logits_at = 256,
  fmm_bytes = 320,
  convolution_parameters_at = 0,
  dense_parameters_at = 64,
  convolution_weights_at = 128,
  dense_weights_at = 192,
  wm_bytes = 320,
};

Record convolution() {
  kasane_ncu_convolution c{};
  c.header = {KASANE_NCU_CONVOLUTION, 0, 0};
  c.output_address = convolved_at;
  c.weight_address = convolution_weights_at;
  c.parameters_address = convolution_parameters_at;
  c.input_channels = c.groups = 1;
  c.output_channels = 2;
  c.input_height = c.input_width = c.output_height = c.output_width = 6;
  c.input_channel_pitch = c.output_channel_pitch = 36;
  c.input_row_pitch = c.output_row_pitch = 6;
  c.kernel_height = c.kernel_width = 3;
  c.stride_height = c.stride_width = c.dilation_height = c.dilation_width = 1;
  c.pad_top = c.pad_left = 1;
  c.output_min = -128;
  c.output_max = 127;
  return record(c);
}

Record max_pool() {
  kasane_ncu_pool p{};
  p.header = {KASANE_NCU_MAX_POOL, 1, 0};
  p.input_address = convolved_at;
  p.output_address = pooled_at;
  p.channels = 2;
  p.input_height = p.input_width = 6;
  p.output_height = p.output_width = 3;
  p.input_channel_pitch = 36;
  p.input_row_pitch = 6;
  p.output_channel_pitch = 9;
  p.output_row_pitch = 3;
  p.kernel_height = p.kernel_width = p.stride_height = p.stride_width = 2;
  p.output_min = -128;
  p.output_max = 127;
  return record(p);
}

Record fully_connected() {
  kasane_ncu_convolution c{};
  c.header = {KASANE_NCU_FULLY_CONNECTED, 2, 0};
  c.input_address = pooled_at;
  c.output_address = logits_at;
  c.weight_address = dense_weights_at;
  c.parameters_address = dense_parameters_at;
  c.input_channels = 18;
  c.output_channels = 5;
  c.groups = c.input_height = c.input_width = c.output_height = c.output_width = 1;
  c.kernel_height = c.kernel_width = c.stride_height = c.stride_width = 1;
  c.dilation_height = c.dilation_width = 1;
  c.input_channel_pitch = c.input_row_pitch = c.output_channel_pitch = c.output_row_pitch = 1;
  c.output_min = -128;
  c.output_max = 127;
  return record(c);
}

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
  std::vector<uint8_t> bytes(wm_bytes);
  uint32_t state = 9;
  for (auto& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<uint8_t>(state >> 24);
  }
  const kasane_channel_parameters parameters = {100, 1 << 30, 39};
  for (uint32_t o = 0; o < 2; ++o) std::memcpy(&bytes[convolution_parameters_at + o * 12], &parameters, 12);
  for (uint32_t o = 0; o < 5; ++o) std::memcpy(&bytes[dense_parameters_at + o * 12], &parameters, 12);
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
  append(bytes,
         std::vector<Record>{copy(KASANE_SPACE_PACKAGE, header.data_offset, KASANE_SPACE_WM, 0, wm_bytes),
                             copy(KASANE_SPACE_INPUT, 0, KASANE_SPACE_FMM, 0, input_bytes), convolution(),
                             max_pool(), fully_connected(), softmax()});
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
