/// A chip of names only, to record made-up activity of.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>

#include "models/common/energy_account.h"
#include "models/common/power_domain.h"
#include "platform/trace/recording/trace_layout.h"

namespace kasane {

/// "cpu" runs software, "engine" works and interrupts as source 2, "memory" has a port.
struct TinyChip {
  EnergyAccount account;
  BlockId cpu = account.add_block("cpu", 1);
  BlockId engine = account.add_block("engine", 1);
  BlockId memory = account.add_block("memory", 1);
  OperationId work = account.add_operation(engine, "work", Figure::exact(1e-12));
  OperationId read = account.add_operation(memory, "read", Figure::exact(2e-12));
  PortId port = account.feed().add_port(memory, "port");
  LevelId busy = account.feed().add_level(engine, "busy", LevelKind::wire);
  LevelId depth = account.feed().add_level(engine, "queue depth", LevelKind::count);
  PowerDomain domain{
      "fast",
      {.points = {{0.9, 400'000'000}, {0.7, 200'000'000}}, .wake_up = sc_core::sc_time(700, sc_core::SC_NS)},
      {[](double volts) { return volts * volts / 0.81; }, [](double volts) { return volts / 0.9; }},
      account};
  PowerDomain second{"second",
                     {.points = {{0.9, 400'000'000}}, .wake_up = sc_core::sc_time(200, sc_core::SC_NS)},
                     {[](double) { return 1.0; }, [](double) { return 1.0; }},
                     account};

  TinyChip() {
    account.feed().add_worker(cpu, Worker::processor);
    account.feed().add_worker(engine, Worker::engine);
    domain.attach(engine, Figure::exact(1e-3), Figure::exact(1e-12));
  }

  TraceLayout layout() const { return {account, {"conv1", "conv,\"2\""}, {"", "", "engine"}, cpu}; }

  double ledger(BlockId block) const { return account.blocks()[block.index].energy().total(); }
};

inline std::filesystem::path trace_folder(const std::string& name) {
  const std::filesystem::path path = std::filesystem::path(::testing::TempDir()) / "kasane_trace" / name;
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline bool have(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

/// What protoc prints of a trace; empty where it refuses the file.
inline std::string protoc_text(const std::filesystem::path& trace) {
  const std::filesystem::path text = trace.string() + ".txt";
  const std::string command = "protoc --decode=kasane.perfetto.Trace -I" KASANE_SOURCE_DIR
                              "/platform/trace perfetto.proto < '" +
                              trace.string() + "' > '" + text.string() + "' 2>/dev/null";
  return std::system(command.c_str()) == 0 ? content_of(text) : "";
}

}  // namespace kasane
