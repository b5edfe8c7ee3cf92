/// Commands that an engine on the real memories must refuse without writing anything.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <gtest/gtest.h>
#include <utility>
#include <vector>

#include "tests/reference/ncu_reference.h"
#include "tests/reference/random_layers.h"

namespace kasane {

template <typename Command>
struct Change {
  const char* what;
  std::function<void(Command&)> apply;
};

/// Of any convolution with the usual names: 3 does not divide its inputs, 8 not its outputs.
template <typename Command>
std::vector<Change<Command>> impossible_sizes() {
  return {{"no input channels", [](Command& c) { c.input_channels = 0; }},
          {"no input rows", [](Command& c) { c.input_height = 0; }},
          {"no input columns", [](Command& c) { c.input_width = 0; }},
          {"no output channels", [](Command& c) { c.output_channels = 0; }},
          {"no output rows", [](Command& c) { c.output_height = 0; }},
          {"no output columns", [](Command& c) { c.output_width = 0; }},
          {"no groups", [](Command& c) { c.groups = 0; }},
          {"groups do not divide the inputs", [](Command& c) { c.groups = 3; }},
          {"groups do not divide the outputs", [](Command& c) { c.groups = 8; }},
          {"no kernel rows", [](Command& c) { c.kernel_height = 0; }},
          {"no kernel columns", [](Command& c) { c.kernel_width = 0; }},
          {"kernels of 2^32 elements", [](Command& c) { c.kernel_height = c.kernel_width = 0xFFFF; }},
          {"no vertical stride", [](Command& c) { c.stride_height = 0; }},
          {"no horizontal stride", [](Command& c) { c.stride_width = 0; }},
          {"no vertical dilation", [](Command& c) { c.dilation_height = 0; }},
          {"no horizontal dilation", [](Command& c) { c.dilation_width = 0; }}};
}

/// `Chip`: an EngineChip.
template <typename Chip, typename Command>
class RefusalBench {
 public:
  using Bytes = reference::Bytes;
  static constexpr std::uint8_t background = 0x6B;

  /// `reference`: FMM as it must be after a command that is not refused.
  RefusalBench(Chip& chip, Bytes (*reference)(const Command&, Bytes, const Bytes&))
      : chip_(chip), reference_(reference) {}

  /// The error; FMM must be as before if there is one, else as the reference says.
  std::uint32_t error_of(const Command& command, const Bytes& wm) {
    const Bytes before(Chip::fmm_bytes, background);
    chip_.load_fmm(before);
    chip_.load_wm(wm);
    reference::CommandRecord record;
    std::memcpy(record.data(), &command, sizeof command);
    const auto result = chip_.run(record);
    const bool refused = result.error != KASANE_ERROR_NONE;
    EXPECT_EQ(result.status & KASANE_STATUS_BUSY, 0u);
    EXPECT_EQ((result.status & KASANE_STATUS_ERROR) != 0, refused);
    EXPECT_EQ((result.status & KASANE_STATUS_DONE) != 0, !refused);
    const Bytes after = chip_.dump_fmm();
    if (refused)
      EXPECT_TRUE(after == before) << "the engine has written something";
    else
      EXPECT_TRUE(after == reference_(command, before, chip_.dump_wm()));
    return result.error;
  }

  /// `layer`, a command with its lists, is fine; it gives `error` with each of the changes.
  template <typename Layer>
  void expect_each(const Layer& layer, std::uint32_t error, const std::vector<Change<Command>>& changes) {
    ASSERT_EQ(error_of(layer.command, layer.wm), static_cast<std::uint32_t>(KASANE_ERROR_NONE));
    for (const Change<Command>& change : changes) {
      SCOPED_TRACE(change.what);
      Command command = layer.command;
      change.apply(command);
      EXPECT_EQ(error_of(command, layer.wm), error);
    }
  }

  /// Random bytes, and good commands with a few fields spoilt: the list always ends, with or without error.
  /// `make_layer`: a new random layer.
  template <typename MakeLayer>
  void expect_garbage_to_end(reference::Random& random, std::size_t fields_end, MakeLayer make_layer) {
    int refused = 0;
    constexpr int commands = 3000;
    const auto spoil = [&](reference::CommandRecord& record, std::size_t byte) {
      record[byte] = random.byte();
    };
    for (int index = 0; index < commands; ++index) {
      const auto layer = make_layer();
      reference::CommandRecord record = layer.record();
      if (index % 8 == 0)
        for (std::size_t byte = 8; byte < fields_end; ++byte) spoil(record, byte);
      else
        for (int spoilt = 0; spoilt < 2; ++spoilt)
          spoil(record,
                static_cast<std::size_t>(random.between(8, static_cast<std::int64_t>(fields_end) - 1)));
      chip_.load_fmm(layer.fmm);
      chip_.load_wm(layer.wm);
      const auto result = chip_.run(record);
      ASSERT_EQ(result.status & KASANE_STATUS_BUSY, 0u) << layer.description;
      if (result.error != KASANE_ERROR_NONE) ++refused;
    }
    EXPECT_GT(refused, commands / 4);
    EXPECT_LT(refused, commands);
  }

 private:
  Chip& chip_;
  Bytes (*reference_)(const Command&, Bytes, const Bytes&);
};

}  // namespace kasane
