/// The whole software application on RV64, in QEMU: it must name the classes that the same runtime finds on
/// the host, and refuse a damaged package with a message and an exit code.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <sys/wait.h>

#include "kasane/dataset.h"
#include "tests/unit/software/exit_package.h"

extern "C" {
#include "sw/runtime/exit_decision.h"
#include "sw/runtime/images.h"
#include "sw/runtime/network.h"
#include "sw/runtime/software_executor.h"
#include "sw/runtime/vector.h"
}

namespace kasane {
namespace {

constexpr uint32_t images = 8;
constexpr uint32_t image_bytes = 36;
constexpr uint32_t classes = 5;

std::vector<uint8_t> small_dataset() {
  kasane_dataset header{};
  header.magic = KASANE_DATASET_MAGIC;
  header.version = KASANE_DATASET_VERSION;
  header.images = images;
  header.classes = classes;
  header.channels = 1;
  header.height = header.width = 6;
  header.images_offset = 64;
  header.labels_offset = header.images_offset + images * image_bytes;
  header.class_names_offset = header.labels_offset + images;
  std::vector<uint8_t> bytes(header.class_names_offset + classes * KASANE_CLASS_NAME_BYTES);
  std::memcpy(bytes.data(), &header, sizeof header);
  uint32_t state = 1;
  for (uint32_t i = 0; i < images * image_bytes; ++i) {
    state = state * 1664525 + 1013904223;
    bytes[header.images_offset + i] = static_cast<uint8_t>(state >> 24);
  }
  for (uint32_t i = 0; i < images; ++i) bytes[header.labels_offset + i] = static_cast<uint8_t>(i % classes);
  for (uint32_t c = 0; c < classes; ++c) {
    const std::string name = c == 0 ? "sixteen letters!" : "class" + std::to_string(c);
    std::copy(name.begin(), name.end(), &bytes[header.class_names_offset + c * KASANE_CLASS_NAME_BYTES]);
  }
  return bytes;
}

constexpr uint32_t threshold_q24 = 24U << 20;  // as in virt_classify.c

/// All of a network with one exit; else until the entropy is below the threshold.
exit_record leave(const network& loaded, const executor& software, const run_monitor& monitor) {
  exit_record record{};
  if (loaded.header.exit_count == 1) {
    network_infer(&loaded, &software, &monitor);
    return record;
  }
  const exit_rules rules{&loaded, &threshold_q24, nullptr};
  for (uint32_t exit = 0;; ++exit) {
    network_run(&loaded, &software, &monitor, loaded.exits[exit].first_step, loaded.exits[exit].end_step);
    if (exit_decide(&rules, exit, 0, &record)) return record;
  }
}

void expect_lines(const std::string& text, const std::vector<std::string>& lines) {
  size_t at = 0;
  for (const auto& line : lines) {
    at = text.find(line, at);
    ASSERT_NE(at, std::string::npos) << line << "\nnot in:\n" << text;
  }
}

/// The lines that the application must print for each image, up to the cycles.
std::vector<std::string> lines_on_host(const std::vector<uint8_t>& bytes) {
  AlignedBytes package(bytes);
  AlignedBytes data(small_dataset());
  AlignedBytes memory(32768);
  AlignedBytes registers(KASANE_MONITOR_REGISTER_BYTES);
  const auto begin = reinterpret_cast<uintptr_t>(memory.data());
  network_places places{};
  places.fast = {begin, begin + memory.size()};
  places.one_input = true;
  network loaded{};
  EXPECT_TRUE(network_load(&loaded, reinterpret_cast<const kasane_package_header*>(package.data()), &places));
  const executor software = executor_of_software(&loaded);
  const run_monitor monitor{reinterpret_cast<uintptr_t>(registers.data())};
  network_set_up(&loaded, &software, &monitor);
  const auto* dataset = reinterpret_cast<const kasane_dataset*>(data.data());
  std::vector<std::string> lines;
  for (uint32_t image = 0; image < images; ++image) {
    images_quantise(dataset, image, image_bytes, network_place(&loaded, KASANE_SPACE_INPUT, 0));
    const exit_record record = leave(loaded, software, monitor);
    const uint32_t predicted = vector_argmax(exit_output(&loaded, record.exit, 0), classes);
    const uint32_t label = images_label(dataset, image);
    char line[100];
    std::snprintf(line, sizeof line, "image %4u: %-16.16s label %u %s ", image,
                  images_class_name(dataset, predicted), label, predicted == label ? "ok   " : "wrong");
    lines.emplace_back(line);
    if (loaded.header.exit_count > 1) lines.back() += "exit " + std::to_string(record.exit + 1);
  }
  return lines;
}

struct Outcome {
  std::string text;
  int code;
};

Outcome run_in_qemu(const std::vector<uint8_t>& package) {
  const std::filesystem::path folder = std::filesystem::path(KASANE_BINARY_DIR) / "virt_classify";
  std::filesystem::create_directories(folder);
  const auto write = [&](const char* name, const std::vector<uint8_t>& bytes) {
    std::ofstream(folder / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  };
  write("package", package);
  write("dataset", small_dataset());
  const std::string command =
      "timeout 30 qemu-system-riscv64 -machine virt -m 64 -bios none -nographic"
      " -device loader,file=" KASANE_BINARY_DIR
      "/firmware/virt_classify.elf,cpu-num=0"
      " -device loader,force-raw=on,addr=0x81000000,file=" +
      (folder / "package").string() +
      " -device loader,force-raw=on,addr=0x81100000,file=" + (folder / "dataset").string() + " </dev/null";
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    if (c != '\r') text += static_cast<char>(c);
  }
  return {text, WEXITSTATUS(pclose(pipe))};
}

class VirtClassify : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v qemu-system-riscv64 >/dev/null") != 0) {
      GTEST_SKIP() << "qemu-system-riscv64 is not installed";
    }
  }
};

TEST_F(VirtClassify, NamesTheClassesThatTheHostFinds) {
  const auto outcome = run_in_qemu(small_package());
  EXPECT_EQ(outcome.code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("network: small, 4 layers"), std::string::npos) << outcome.text;
  // A network with one answer only would prove little.
  const auto distinct = [](const std::vector<std::string>& lines) {
    std::set<std::string> names;
    for (const auto& line : lines) names.insert(line.substr(12, 16));
    return names.size();
  };
  const auto lines = lines_on_host(small_package());
  EXPECT_GE(distinct(lines), 3U) << outcome.text;
  expect_lines(outcome.text, lines);
}

TEST_F(VirtClassify, LeavesByTheExitsThatTheHostFinds) {
  const auto package = exit_package({.segments = {Side::engine, Side::cpu}});
  const auto outcome = run_in_qemu(package);
  EXPECT_EQ(outcome.code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("exits: 1 (exit) below 1.500000 nats, 2 (exit)"), std::string::npos)
      << outcome.text;
  const auto lines = lines_on_host(package);
  expect_lines(outcome.text, lines);
  const auto early =
      std::count_if(lines.begin(), lines.end(), [](const std::string& line) { return line.back() == '1'; });
  EXPECT_GT(early, 0);
  EXPECT_LT(early, images);
  EXPECT_NE(outcome.text.find("exit 1: " + std::to_string(early) + " images"), std::string::npos)
      << outcome.text;
}

TEST_F(VirtClassify, RefusesADamagedPackage) {
  auto package = small_package();
  package[package.size() / 2] ^= 1;
  const auto outcome = run_in_qemu(package);
  EXPECT_EQ(outcome.code, 11);
  EXPECT_NE(outcome.text.find("error: package: CRC-32 does not match"), std::string::npos) << outcome.text;
}

}  // namespace
}  // namespace kasane
