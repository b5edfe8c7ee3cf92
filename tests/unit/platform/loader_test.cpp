/// Executables and boot images: what a loader must read, and what it must refuse.
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "platform/loader/boot_image.h"
#include "platform/loader/elf.h"

namespace kasane {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::filesystem::path firmware = KASANE_BINARY_DIR "/firmware/classify.elf";

class Elf : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(firmware)) GTEST_SKIP() << firmware << " is not built";
  }
};

TEST_F(Elf, ReadsFirmware) {
  const ElfImage image = read_elf(firmware);
  EXPECT_GE(image.entry, 0x4000'0000u);
  bool entry_inside = false;
  for (const ElfSegment& segment : image.segments) {
    entry_inside |= image.entry >= segment.address && image.entry < segment.address + segment.bytes.size();
  }
  EXPECT_TRUE(entry_inside);
}

TEST_F(Elf, SurvivesTruncationsAndCorruptions) {
  const std::string whole = content(firmware);
  const std::filesystem::path damaged = std::filesystem::path(::testing::TempDir()) / "damaged.elf";
  const auto attempt = [&](const std::string& bytes) {
    std::ofstream(damaged, std::ios::binary) << bytes;
    try {
      read_elf(damaged);
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find("damaged.elf"), std::string::npos) << error.what();
    }
  };
  for (std::size_t keep = 0; keep < 256; keep += 5) attempt(whole.substr(0, keep));
  for (std::size_t at = 0; at < 64 + 56 * 4 && at < whole.size(); at += 2) {
    for (const int bit : {0, 7}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      attempt(bytes);
    }
  }
}

TEST_F(Elf, RefusesForeignFiles) {
  EXPECT_THROW(read_elf("/proc/self/exe"), std::runtime_error);
  EXPECT_THROW(read_elf("/nowhere.elf"), std::runtime_error);
  EXPECT_THROW(read_elf("/"), std::runtime_error);
}

TEST(BootImage, HoldsEntryAndDevicesWhereItsCodeLooks) {
  kasane_boot_info info{};
  info.magic = KASANE_BOOT_INFO_MAGIC;
  const std::vector<kasane_device> devices(2, kasane_device{.kind = KASANE_DEVICE_RAM});
  const std::vector<std::uint8_t> rom = boot_image(0x4000'1234, info, devices);
  std::uint64_t entry = 0;
  std::memcpy(&entry, rom.data() + 0x18, sizeof(entry));
  EXPECT_EQ(entry, 0x4000'1234u);
  kasane_boot_info found;
  std::memcpy(&found, rom.data() + 0x40, sizeof(found));
  EXPECT_EQ(found.magic, KASANE_BOOT_INFO_MAGIC);
  EXPECT_EQ(found.device_count, 2u);
  EXPECT_EQ(rom.size(), 0x40 + sizeof(kasane_boot_info) + 2 * sizeof(kasane_device));
}

}  // namespace
}  // namespace kasane
