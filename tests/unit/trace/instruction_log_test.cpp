#include "platform/trace/instructions/instruction_log.h"

#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace kasane {
namespace {

using cpu::RegisterFile;

CodePlace name_code(std::uint64_t address) {
  if (address >= 0x40000100 && address < 0x40000200) return {"convolve", address - 0x40000100};
  return {};
}

class InstructionLogTest : public testing::Test {
 protected:
  InstructionLogTest()
      : path_(std::filesystem::path(testing::TempDir()) / "instructions.log"),
        log_(path_, "all", name_code) {}

  /// Without the two lines at the top.
  std::vector<std::string> lines() {
    log_.finish();
    std::ifstream file(path_);
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);) all.push_back(line);
    EXPECT_GE(all.size(), 2u);
    header_ = all.at(1);
    all.erase(all.begin(), all.begin() + 2);
    return all;
  }

  std::filesystem::path path_;
  InstructionLog log_;
  std::string header_;
};

TEST_F(InstructionLogTest, SaysWhenWhereWhatAndWithWhichEffect) {
  log_.write(
      InstructionRecord{.time = 12'345'678'901,
                        .mode = Privilege::machine,
                        .pc = 0x40000114,
                        .bits = 0x00C5A503,  // lw a0,12(a1)
                        .length = 4,
                        .result = {RegisterFile::integer, 10, 0xFFFFFFFF80000001},
                        .csr = {},
                        .memory = {.address = 0x4000F00C, .bytes = 4, .reads = true, .read = 0x80000001}});
  log_.write(InstructionRecord{.time = 2000,
                               .mode = Privilege::user,
                               .pc = 0x300,
                               .bits = 0xE406,  // c.sdsp ra,8(sp)
                               .length = 2,
                               .result = {},
                               .csr = {},
                               .memory = {.address = 0x8008, .bytes = 8, .writes = true, .written = 0x1234}});
  const auto all = lines();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(
      all[0],
      "    12345678.901 M 40000114 convolve+0x14                00c5a503 lw        a0,12(a1)              "
      " a0=ffffffff80000001 mem[4000f00c]->80000001");
  EXPECT_EQ(
      all[1],
      "           2.000 U 00000300 -                            e406     c.sdsp    ra,8(sp)               "
      " mem[00008008]<-0000000000001234");
  for (const auto& [heading, column] :
       std::vector<std::pair<std::string, std::size_t>>{{"pc", all[0].find("40000114") + 6},
                                                        {"function", all[0].find("convolve")},
                                                        {"bits", all[0].find("00c5a503")},
                                                        {"instruction", all[0].find("lw")},
                                                        {"effects", all[0].find("a0=")}}) {
    EXPECT_EQ(header_.find(heading), column) << heading;
  }
}

TEST_F(InstructionLogTest, ShowsWhatIsInAControlRegisterAfterwards) {
  log_.write(InstructionRecord{.time = 0,
                               .mode = Privilege::machine,
                               .pc = 0x100,
                               .bits = 0x30046573,  // csrrsi a0,mstatus,8
                               .length = 4,
                               .result = {RegisterFile::integer, 10, 0},
                               .csr = CsrWrite{0x300, 8},
                               .memory = {}});
  EXPECT_NE(lines().at(0).find(" a0=0000000000000000 mstatus=0000000000000008"), std::string::npos);
}

TEST_F(InstructionLogTest, NamesWhereBranchesLead) {
  log_.write(InstructionRecord{.time = 0,
                               .mode = Privilege::machine,
                               .pc = 0x40000104,
                               .bits = 0xFE050EE3,
                               .length = 4,
                               .result = {},
                               .csr = {},
                               .memory = {}});
  EXPECT_NE(lines().at(0).find("beq       a0,zero,40000100 <convolve>"), std::string::npos);
}

TEST_F(InstructionLogTest, CodeThatChangesIsReadAnew) {
  for (const std::uint32_t bits : {0x00000013u, 0x00100073u, 0x00000013u}) {
    log_.write(InstructionRecord{.time = 0,
                                 .mode = Privilege::machine,
                                 .pc = 0x100,
                                 .bits = bits,
                                 .length = 4,
                                 .result = {},
                                 .csr = {},
                                 .memory = {}});
  }
  const auto all = lines();
  EXPECT_NE(all.at(0).find("addi"), std::string::npos);
  EXPECT_NE(all.at(1).find("ebreak"), std::string::npos);
  EXPECT_EQ(all.at(0), all.at(2));
}

TEST_F(InstructionLogTest, TrapsHaveTheirOwnLines) {
  log_.write(TrapRecord{.time = 1500,
                        .from = Privilege::user,
                        .to = Privilege::machine,
                        .cause = 13,
                        .value = 0xFF0,
                        .pc = 0x40000104,
                        .handler = 0x40000300});
  log_.write(TrapRecord{.time = 2500,
                        .from = Privilege::supervisor,
                        .to = Privilege::machine,
                        .cause = std::uint64_t{1} << 63 | 7,
                        .value = 0,
                        .pc = 0x40000104,
                        .handler = 0x4000031C});
  log_.write(TrapRecord{.time = 0, .cause = 24, .value = 0, .pc = 0, .handler = 0});
  const auto all = lines();
  EXPECT_EQ(all.at(0),
            "           1.500 U -- load page fault, value ff0, at 40000104 convolve+0x4, to M 40000300 -");
  EXPECT_EQ(all.at(1),
            "           2.500 S -- machine timer interrupt, at 40000104 convolve+0x4, to M 4000031c -");
  EXPECT_NE(all.at(2).find("-- exception 24, "), std::string::npos);
}

}  // namespace
}  // namespace kasane
