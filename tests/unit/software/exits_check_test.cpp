/// A package with several exits is accepted whoever carries out its segments; a table of exits that cannot be
/// is refused, with one line that says what is wrong.
#include <functional>
#include <gtest/gtest.h>

#include "tests/unit/software/exit_package.h"

extern "C" {
#include "sw/runtime/package.h"
}

namespace kasane {
namespace {

const ExitPackage three{.segments = {Side::engine, Side::cpu, Side::engine}, .unit = true};

/// The tables of a package that is about to be spoilt.
struct Tables {
  kasane_package_header& header;
  kasane_exit* exits;
  kasane_step* steps;
};

package_fault check(std::vector<uint8_t> bytes) {
  seal(bytes);
  AlignedBytes package(bytes);
  return package_check(reinterpret_cast<const kasane_package_header*>(package.data()), package.size());
}

std::string refusal(const ExitPackage& shape, const std::function<void(Tables)>& spoil) {
  auto bytes = exit_package(shape);
  auto& header = *reinterpret_cast<kasane_package_header*>(bytes.data());
  spoil({header, reinterpret_cast<kasane_exit*>(bytes.data() + header.exits_offset),
         reinterpret_cast<kasane_step*>(bytes.data() + header.steps_offset)});
  const package_fault fault = check(bytes);
  return fault.message == nullptr ? "" : fault.message;
}

TEST(ExitsCheck, EveryPlacementOfOneToFourSegmentsIsGood) {
  for (uint32_t count = 1; count <= 4; ++count) {
    for (uint32_t sides = 0; sides < 1U << count; ++sides) {
      ExitPackage shape;
      for (uint32_t e = 0; e < count; ++e)
        shape.segments.push_back((sides >> e & 1) != 0 ? Side::cpu : Side::engine);
      for (const bool unit : {false, true}) {
        shape.unit = unit;
        EXPECT_STREQ(check(exit_package(shape)).message, nullptr) << count << " segments, " << sides;
      }
    }
  }
}

TEST(ExitsCheck, ImpossibleTablesAreNamed) {
  EXPECT_EQ(refusal(three, [](Tables) {}), "");
  const std::pair<const char*, std::function<void(Tables)>> cases[] = {
      {"no exits, or too many", [](Tables t) { t.header.exit_count = 0; }},
      {"no exits, or too many", [](Tables t) { t.header.exit_count = KASANE_MAX_EXITS + 1; }},
      {"exit table leaves the package", [](Tables t) { t.header.exit_count = UINT32_MAX; }},
      {"exit table leaves the package", [](Tables t) { t.header.exits_offset += 1; }},
      {"exit table leaves the package", [](Tables t) { t.header.exits_offset = 0; }},
      {"steps behind the last exit", [](Tables t) { t.header.exit_count = 2; }},
      {"the exits' steps do not follow each other", [](Tables t) { ++t.exits[1].first_step; }},
      {"the exits' steps do not follow each other", [](Tables t) { --t.exits[0].first_step; }},
      {"the exits' steps do not follow each other",
       [](Tables t) { t.exits[1].end_step = t.exits[1].first_step; }},
      {"the exits' steps do not follow each other", [](Tables t) { t.exits[2].end_step = UINT32_MAX; }},
      {"the exits' steps do not follow each other", [](Tables t) { ++t.exits[2].end_step; }},
      {"an exit's output leaves the outputs", [](Tables t) { t.exits[2].output_offset = 11; }},
      {"an exit's output leaves the outputs", [](Tables t) { t.exits[0].output_offset = UINT32_MAX; }},
      {"an exit's output leaves the outputs", [](Tables t) { t.header.outputs_bytes = 14; }},
      {"the exits' outputs overlap", [](Tables t) { t.exits[1].output_offset = 4; }},
      {"an exit's output is empty", [](Tables t) { t.exits[1].output.bytes = 0; }},
      {"a tensor's size does not follow from its shape", [](Tables t) { t.exits[1].output.height = 2; }},
      {"an exit's logits have a scale of zero", [](Tables t) { t.exits[0].scale_q24 = 0; }},
      {"an exit has too many logits",
       [](Tables t) { t.header.outputs_bytes = t.exits[0].output.bytes = KASANE_MAX_LOGITS + 1; }},
      {"an exit's name leaves the strings", [](Tables t) { t.exits[1].name_offset = 7; }},
      {"an exit has an impossible flag or reserved bytes set", [](Tables t) { t.exits[1].run_by = 2; }},
      {"an exit has an impossible flag or reserved bytes set", [](Tables t) { t.exits[1].uses_unit = 2; }},
      {"an exit has an impossible flag or reserved bytes set", [](Tables t) { t.exits[1].reserved[1] = 1; }},
      {"an exit waits for a unit that nobody asks", [](Tables t) { t.exits[1].uses_unit = 1; }},
      {"a segment on engines has a step for the CPU", [](Tables t) { t.exits[1].run_by = 0; }},
      {"the output is not that of the last exit", [](Tables t) { t.header.output.scale = 1; }},
  };
  for (const auto& [message, spoil] : cases) EXPECT_EQ(refusal(three, spoil), message);
}

TEST(ExitsCheck, StepsOfTheCpuAreNamed) {
  const auto step_of = [](Tables t, uint16_t kind) -> kasane_step& {
    for (uint32_t i = t.exits[1].first_step; i < t.header.step_count; ++i) {
      if (t.steps[i].kind == kind) return t.steps[i];
    }
    throw std::logic_error("no such step");
  };
  const std::pair<const char*, std::function<void(Tables)>> cases[] = {
      {"step is carried out by nobody known", [&](Tables t) { step_of(t, KASANE_STEP_NCU).run_by = 2; }},
      {"step is carried out by nobody known", [&](Tables t) { step_of(t, KASANE_STEP_NCU).reserved = 1; }},
      {"no software stands in for this step's engine",
       [&](Tables t) { step_of(t, KASANE_STEP_NCU).kind = KASANE_STEP_KCU; }},
      {"no software stands in for this step's engine",
       [&](Tables t) {
         t.exits[2].run_by = KASANE_RUN_BY_CPU;
         step_of(t, KASANE_STEP_EXIT_UNIT).run_by = KASANE_RUN_BY_CPU;
       }},
      // Their maps and weights lie in spaces of their own.
      {"convolution's output leaves FMM", [](Tables t) { t.header.cpu_maps_bytes = 300; }},
      {"DMA destination leaves its space", [](Tables t) { t.header.cpu_weights_bytes -= 1; }},
      {"convolution's output leaves FMM", [](Tables t) { t.header.fmm_bytes = 300; }},
  };
  for (const auto& [message, spoil] : cases) EXPECT_EQ(refusal(three, spoil), message);
}

TEST(ExitsCheck, RecordsOfTheUnitAreNamed) {
  const auto spoilt = [](const std::function<void(kasane_exit_decide_command&)>& spoil) {
    auto bytes = exit_package(three);
    const auto& header = *reinterpret_cast<kasane_package_header*>(bytes.data());
    const auto* steps = reinterpret_cast<kasane_step*>(bytes.data() + header.steps_offset);
    for (uint32_t i = 0; i < header.step_count; ++i) {
      if (steps[i].kind != KASANE_STEP_EXIT_UNIT) continue;
      spoil(*reinterpret_cast<kasane_exit_decide_command*>(bytes.data() + header.commands_offset +
                                                           steps[i].first * KASANE_COMMAND_BYTES));
    }
    return std::string(check(bytes).message);
  };
  EXPECT_EQ(spoilt([](auto& c) { c.count = 0; }), "exit unit has no logits or too many");
  EXPECT_EQ(spoilt([](auto& c) { c.count = KASANE_MAX_LOGITS + 1; }), "exit unit has no logits or too many");
  EXPECT_EQ(spoilt([](auto& c) { c.input_address = UINT32_MAX; }), "exit unit's logits leave FMM");
  EXPECT_EQ(spoilt([](auto& c) { c.count = 1000; }), "exit unit's logits leave FMM");
  EXPECT_EQ(spoilt([](auto& c) { c.reserved[5] = 1; }), "exit unit's record has reserved bytes set");
  EXPECT_EQ(spoilt([](auto& c) { c.header.opcode = 1; }), "unknown opcode for the exit unit");
}

}  // namespace
}  // namespace kasane
