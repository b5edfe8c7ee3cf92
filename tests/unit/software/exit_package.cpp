#include "tests/unit/software/exit_package.h"

#include "tests/unit/software/small_layers.h"

namespace kasane {
namespace {

using namespace package_records;

constexpr uint32_t most_segments = 4;
constexpr uint32_t neurons = 12;
constexpr uint32_t pooled_bytes = 18;

// Of feature maps; each segment has a place of its own.
constexpr uint32_t input_at = 0;
constexpr uint32_t convolved_at = 64;
constexpr uint32_t hidden_at(uint32_t segment) {  // what the next segment works on
  return 192 + 64 * segment;
}
constexpr uint32_t logits_at(uint32_t segment) {
  return hidden_at(most_segments) + 64 * segment;
}
constexpr uint32_t maps_bytes = logits_at(most_segments);
constexpr uint32_t hidden_bytes(uint32_t segment) {
  return segment == 0 ? pooled_bytes : neurons;
}

// Of weights: each layer's parameters, then its weights.
constexpr uint32_t parameters_bytes = 192;
constexpr uint32_t layer_bytes = 512;
constexpr uint32_t body_at(uint32_t segment) {
  return 2 * segment * layer_bytes;
}
constexpr uint32_t branch_at(uint32_t segment) {
  return body_at(segment) + layer_bytes;
}
constexpr uint32_t weights_bytes = body_at(most_segments);

// 2^30 / 2^shift of the accumulator; logits spread over many entropies.
constexpr int32_t body_shift = 39;
constexpr int32_t branch_shift = 38;
constexpr uint32_t logit_step_q24 = 1U << 18;

std::vector<uint8_t> weights() {
  std::vector<uint8_t> bytes = arbitrary_bytes(weights_bytes);
  for (uint32_t layer = 0; layer < 2 * most_segments; ++layer) {
    set_parameters(bytes, layer * layer_bytes, 16, layer % 2 == 0 ? body_shift : branch_shift);
  }
  return bytes;
}

LayerWeights weights_at(uint32_t layer_at) {
  return {layer_at, layer_at + parameters_bytes};
}

Record decide(uint32_t segment) {
  kasane_exit_decide_command d{};
  d.header = {KASANE_EXIT_UNIT_DECIDE, static_cast<uint16_t>(segment), 0};
  d.input_address = logits_at(segment);
  d.count = exit_classes;
  d.step_q24 = logit_step_q24;
  return record(d);
}

uint8_t maps_of(Side side) {
  return side == Side::engine ? KASANE_SPACE_FMM : KASANE_SPACE_CPU_MAPS;
}

/// Steps and records of a package under construction.
class Program {
 public:
  explicit Program(const ExitPackage& shape) : shape_(shape) {}

  void load_weights(uint32_t data_offset) {
    for (const uint8_t space : {KASANE_SPACE_WM, KASANE_SPACE_CPU_WEIGHTS}) {
      step(KASANE_STEP_DMA, KASANE_NO_LAYER, KASANE_RUN_BY_ENGINE,
           {copy(KASANE_SPACE_PACKAGE, data_offset, space, 0, weights_bytes)});
    }
  }

  void segment(uint32_t e) {
    const Side side = shape_.segments[e];
    const uint8_t maps = maps_of(side);
    const auto layer = static_cast<uint16_t>(e);
    const uint16_t by = side == Side::cpu ? KASANE_RUN_BY_CPU : KASANE_RUN_BY_ENGINE;
    if (e == 0) {
      step(KASANE_STEP_DMA, layer, KASANE_RUN_BY_ENGINE,
           {copy(KASANE_SPACE_INPUT, 0, maps, input_at, exit_input_bytes)});
      step(KASANE_STEP_NCU, layer, by,
           {convolution(0, input_at, convolved_at, weights_at(body_at(0))),
            max_pool(0, convolved_at, hidden_at(0))});
    } else {
      const uint32_t from = hidden_at(e - 1);
      const Side before = shape_.segments[e - 1];
      if (before != side) {
        step(KASANE_STEP_DMA, layer, KASANE_RUN_BY_ENGINE,
             {copy(maps_of(before), from, maps, from, hidden_bytes(e - 1))});
      }
      step(
          KASANE_STEP_NCU, layer, by,
          {fully_connected(layer, from, hidden_bytes(e - 1), hidden_at(e), neurons, weights_at(body_at(e)))});
    }
    step(KASANE_STEP_NCU, layer, by,
         {fully_connected(layer, hidden_at(e), hidden_bytes(e), logits_at(e), exit_classes,
                          weights_at(branch_at(e)))});
    step(KASANE_STEP_DMA, layer, shape_.engines_publish ? uint16_t{KASANE_RUN_BY_ENGINE} : by,
         {copy(maps, logits_at(e), KASANE_SPACE_OUTPUT, e * exit_classes, exit_classes)});
    if (shape_.unit && side == Side::engine)
      step(KASANE_STEP_EXIT_UNIT, layer, KASANE_RUN_BY_ENGINE, {decide(e)});
  }

  std::vector<kasane_step> steps;
  std::vector<Record> records;

 private:
  void step(uint16_t kind, uint16_t layer, uint16_t run_by, const std::vector<Record>& list) {
    steps.push_back(
        {kind, layer, static_cast<uint32_t>(records.size()), static_cast<uint32_t>(list.size()), run_by, 0});
    records.insert(records.end(), list.begin(), list.end());
  }

  const ExitPackage& shape_;
};

kasane_tensor_info logits_info() {
  return {exit_classes, exit_classes, 1, 1, 0, 1.0F / 64};
}

std::vector<kasane_exit> exits_of(const ExitPackage& shape, Program& program) {
  std::vector<kasane_exit> exits;
  for (uint32_t e = 0; e < shape.segments.size(); ++e) {
    kasane_exit exit{};
    exit.name_offset = 2;
    exit.first_step = static_cast<uint32_t>(program.steps.size());
    program.segment(e);
    exit.end_step = static_cast<uint32_t>(program.steps.size());
    exit.output_offset = e * exit_classes;
    exit.output = logits_info();
    exit.scale_q24 = logit_step_q24;
    exit.run_by = shape.segments[e] == Side::cpu ? KASANE_RUN_BY_CPU : KASANE_RUN_BY_ENGINE;
    exit.uses_unit = shape.unit && shape.segments[e] == Side::engine ? 1 : 0;
    exits.push_back(exit);
  }
  return exits;
}

}  // namespace

std::vector<uint8_t> exit_package(const ExitPackage& shape) {
  kasane_package_header header{};
  header.magic = KASANE_PACKAGE_MAGIC;
  header.version = KASANE_PACKAGE_VERSION;
  std::vector<uint8_t> bytes(sizeof header);
  header.data_offset = append(bytes, weights());
  header.data_bytes = weights_bytes;
  std::vector<kasane_layer> layers(shape.segments.size());
  header.layers_offset = append(bytes, layers);
  header.layer_count = static_cast<uint32_t>(layers.size());
  Program program(shape);
  program.load_weights(header.data_offset);
  header.setup_step_count = static_cast<uint32_t>(program.steps.size());
  const std::vector<kasane_exit> exits = exits_of(shape, program);
  header.exits_offset = append(bytes, exits);
  header.exit_count = static_cast<uint32_t>(exits.size());
  header.steps_offset = append(bytes, program.steps);
  header.step_count = static_cast<uint32_t>(program.steps.size());
  header.commands_offset = append(bytes, program.records);
  header.command_count = static_cast<uint32_t>(program.records.size());
  const std::vector<char> strings = {'n', 0, 'e', 'x', 'i', 't', 0};
  header.strings_offset = append(bytes, strings);
  header.strings_bytes = static_cast<uint32_t>(strings.size());
  header.fmm_bytes = header.cpu_maps_bytes = maps_bytes;
  header.wm_bytes = header.cpu_weights_bytes = weights_bytes;
  header.input = {exit_input_bytes, 1, 6, 6, -128, 1.0F};
  header.output = logits_info();
  header.outputs_bytes = header.exit_count * exit_classes;
  header.total_bytes = static_cast<uint32_t>(bytes.size());
  std::memcpy(bytes.data(), &header, sizeof header);
  seal(bytes);
  return bytes;
}

}  // namespace kasane
