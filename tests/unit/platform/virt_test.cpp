/// What a machine laid out as QEMU's virt hands to firmware, and the dialogue that a scenario holds with it.
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <libfdt.h>
#include <string>

#include "platform/console/console_script.h"
#include "platform/loader/program_image.h"
#include "platform/virt/device_tree.h"
#include "platform/virt/memory_map.h"
#include "platform/virt/reset_code.h"
#include "platform/virt/tree_writer.h"

namespace kasane {
namespace {

/// Reads a tree with libfdt's random access functions.
class Tree {
 public:
  explicit Tree(std::vector<std::uint8_t> blob) : blob_(std::move(blob)) {}

  bool valid() const { return fdt_check_full(blob_.data(), blob_.size()) == 0; }
  bool has(const char* path) const { return fdt_path_offset(blob_.data(), path) >= 0; }
  std::vector<std::uint32_t> cells(const char* path, const char* name) const {
    const std::string bytes = property(path, name);
    std::vector<std::uint32_t> values;
    for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
      fdt32_t value;
      std::memcpy(&value, bytes.data() + at, 4);
      values.push_back(fdt32_to_cpu(value));
    }
    return values;
  }
  std::string property(const char* path, const char* name) const {
    int length = 0;
    const void* data = fdt_getprop(blob_.data(), fdt_path_offset(blob_.data(), path), name, &length);
    if (data == nullptr) return "(none)";
    return {static_cast<const char*>(data), static_cast<std::size_t>(length)};
  }

 private:
  std::vector<std::uint8_t> blob_;
};

std::string words(std::initializer_list<const char*> list) {
  std::string text;
  for (const char* word : list) text.append(word).push_back('\0');
  return text;
}

Tree virt_tree() {
  static std::array<MemoryMapEntry, virt::memory_map.size()> blocks = virt::memory_map;
  for (MemoryMapEntry& entry : blocks) {
    if (entry.kind == KASANE_DEVICE_DRAM) entry.bytes = 0x1'2340'0000;  // beyond 32 bits
  }
  return Tree(device_tree({.memory_map = blocks,
                           .isa = "rv64imac_zicsr_zifencei",
                           .timebase_hertz = 5'000'000,
                           .uart_hertz = 3'686'400,
                           .plic_sources = 42}));
}

TEST(DeviceTree, SaysWhatTheMachineIs) {
  const Tree tree = virt_tree();
  ASSERT_TRUE(tree.valid());
  using Cells = std::vector<std::uint32_t>;
  EXPECT_EQ(tree.cells("/memory@80000000", "reg"), (Cells{0, 0x8000'0000, 1, 0x2340'0000}));
  EXPECT_EQ(tree.cells("/cpus", "timebase-frequency"), Cells{5'000'000});
  EXPECT_EQ(tree.property("/cpus/cpu@0", "riscv,isa"), words({"rv64imac_zicsr_zifencei"}));
  EXPECT_EQ(tree.property("/cpus/cpu@0", "mmu-type"), words({"riscv,sv39"}));
  EXPECT_EQ(tree.cells("/soc/serial@10000000", "clock-frequency"), Cells{3'686'400});
  EXPECT_EQ(tree.cells("/soc/serial@10000000", "interrupts"), Cells{10});
  EXPECT_EQ(tree.cells("/soc/plic@c000000", "riscv,ndev"), Cells{42});
  EXPECT_EQ(tree.property("/chosen", "stdout-path"), words({"/soc/serial@10000000"}));
  EXPECT_EQ(tree.property("/soc", "ranges"), "");
  EXPECT_FALSE(tree.has("/soc/pci@30000000"));
}

/// Who refers to whom: each number is the phandle of the node that is meant.
TEST(DeviceTree, RefersToNodesThatExist) {
  const Tree tree = virt_tree();
  const auto phandle = [&](const char* path) { return tree.cells(path, "phandle").at(0); };
  const std::uint32_t local = phandle("/cpus/cpu@0/interrupt-controller");
  EXPECT_EQ(tree.cells("/soc/serial@10000000", "interrupt-parent").at(0), phandle("/soc/plic@c000000"));
  EXPECT_EQ(tree.cells("/soc/plic@c000000", "interrupts-extended"),
            (std::vector<std::uint32_t>{local, 11, local, 9}));
  EXPECT_EQ(tree.cells("/soc/clint@2000000", "interrupts-extended"),
            (std::vector<std::uint32_t>{local, 3, local, 7}));
  EXPECT_EQ(tree.cells("/cpus/cpu-map/cluster0/core0", "cpu").at(0), phandle("/cpus/cpu@0"));
  for (const char* word : {"/poweroff", "/reboot"}) {
    EXPECT_EQ(tree.cells(word, "regmap").at(0), phandle("/soc/test@100000"));
  }
}

TEST(DeviceTree, GrowsAsLongAsItMust) {
  TreeWriter writer;
  const std::string long_text(10'000, 'x');
  for (const char* name : {"first", "second", "third"}) {
    writer.begin(name);
    writer.text("text", long_text);
    writer.end();
  }
  const Tree tree(writer.finish());
  ASSERT_TRUE(tree.valid());
  for (const char* path : {"/first", "/second", "/third"}) {
    EXPECT_EQ(tree.property(path, "text").size(), long_text.size() + 1);
  }
}

TEST(DeviceTree, NamesExtensionsInTheirOrder) {
  const auto misa = [](std::string_view letters) {
    std::uint64_t value = std::uint64_t{2} << 62;
    for (const char letter : letters) value |= std::uint64_t{1} << (letter - 'A');
    return value;
  };
  EXPECT_EQ(isa_string(misa("ACDFIMSU")), "rv64imafdc_zicsr_zifencei");  // modes are no extensions here
  EXPECT_EQ(isa_string(misa("IMU")), "rv64im_zicsr_zifencei");
}

/// The instructions, executed by hand for a ROM at 0x1000.
TEST(ResetCode, HandsOverWhatOpenSbiExpects) {
  const std::vector<std::uint8_t> rom =
      reset_code({.firmware = 0x8000'0000, .device_tree = 0x87E0'0000, .payload = 0x8020'0000});
  const auto word = [&](std::size_t offset) {
    std::uint64_t value = 0;
    EXPECT_LE(offset + 8, rom.size());
    std::memcpy(&value, rom.data() + offset, 8);
    return value;
  };
  const auto instruction = [&](std::size_t index) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, rom.data() + 4 * index, 4);
    return bits;
  };
  const auto immediate = [&](std::size_t index) { return instruction(index) >> 20; };
  EXPECT_EQ(instruction(0), 0x00000297u);       // auipc t0, 0
  EXPECT_EQ(instruction(1), 0xF1402573u);       // csrr a0, mhartid
  EXPECT_EQ(word(immediate(2)), 0x87E0'0000u);  // ld a1
  EXPECT_EQ(word(immediate(3)), 0x4942534Fu);   // addi a2: the information's magic
  EXPECT_EQ(word(immediate(4)), 0x8000'0000u);  // ld t0
  EXPECT_EQ(instruction(5), 0x00028067u);       // jr t0
  const std::size_t information = immediate(3);
  EXPECT_EQ(word(information + 8), 2u);             // version
  EXPECT_EQ(word(information + 16), 0x8020'0000u);  // next address
  EXPECT_EQ(word(information + 24), 1u);            // supervisor mode
  EXPECT_EQ(word(information + 40), 0u);            // boot hart
  EXPECT_EQ(rom.size(), information + 48);
}

std::string typed(ConsoleScript& script, std::string_view printed) {
  std::string text;
  for (const char character : printed) text += script.see(character);
  return text;
}

TEST(ConsoleScript, AnswersEachTextOnceAndInOrder) {
  ConsoleScript script({{"=> ", "one\n"}, {"=> ", "two\n"}, {"done", ""}});
  EXPECT_EQ(typed(script, "two => one"), "one\n");
  EXPECT_EQ(typed(script, "= > =>"), "");
  EXPECT_EQ(typed(script, " "), "two\n");
  EXPECT_EQ(script.expected(), "done");
  EXPECT_FALSE(script.finished());
  EXPECT_EQ(typed(script, "=> dodone"), "");  // a beginning that leads nowhere
  EXPECT_TRUE(script.finished());
  EXPECT_EQ(typed(script, "=> "), "");
}

TEST(ConsoleScript, TextsDoNotOverlap) {
  ConsoleScript script({{"aa", "1"}, {"aa", "2"}});
  EXPECT_EQ(typed(script, "aaa"), "1");
  EXPECT_EQ(typed(script, "a"), "2");
}

class ProgramFile : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& content) {
    const auto path = std::filesystem::temp_directory_path() / ("kasane-program-" + std::to_string(getpid()));
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  static std::string refusal(const std::filesystem::path& path) {
    try {
      read_program(path, 0x8000'0000);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "(accepted)";
  }
};

TEST_F(ProgramFile, RawImagesLieWhereTheMachineSays) {
  const auto path = write("raw bytes");
  const ElfImage image = read_program(path, 0x8020'0000);
  EXPECT_EQ(image.entry, 0x8020'0000u);
  ASSERT_EQ(image.segments.size(), 1u);
  EXPECT_EQ(image.segments[0].address, 0x8020'0000u);
  EXPECT_EQ(std::string(image.segments[0].bytes.begin(), image.segments[0].bytes.end()), "raw bytes");
  std::filesystem::remove(path);
}

TEST_F(ProgramFile, RefusesWithOneLine) {
  EXPECT_EQ(
      refusal("/usr/lib/u-boot/nowhere/u-boot.bin"),
      "/usr/lib/u-boot/nowhere/u-boot.bin: cannot read the program; Debian's package u-boot-qemu has it");
  EXPECT_EQ(refusal("/nowhere.bin"), "/nowhere.bin: cannot read the program");
  const auto path = write("");
  EXPECT_EQ(refusal(path), path.string() + ": is empty, expected a program");
  write("\177ELF, but not really");
  EXPECT_EQ(refusal(path), path.string() + ": not an ELF file, or truncated");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace kasane
