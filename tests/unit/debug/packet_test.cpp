/// Packets and hexadecimal text of GDB's remote protocol, from the protocol's description.
#include "platform/debug/packet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "platform/debug/hex.h"

namespace kasane::gdb {
namespace {

using Kind = Incoming::Kind;

std::vector<std::string> packets(const std::vector<Incoming>& incoming) {
  std::vector<std::string> payloads;
  for (const Incoming& one : incoming) {
    payloads.push_back(one.kind == Kind::packet      ? one.payload
                       : one.kind == Kind::damaged   ? "(damaged)"
                       : one.kind == Kind::interrupt ? "(interrupt)"
                                                     : "(again)");
  }
  return payloads;
}

using List = std::vector<std::string>;

TEST(Packet, SumsItsBytes) {
  EXPECT_EQ(frame("OK"), "$OK#9a");  // 'O' + 'K' = 0x4f + 0x4b
  EXPECT_EQ(frame(""), "$#00");
  EXPECT_EQ(frame("qSupported"), "$qSupported#37");
}

TEST(Packet, IsFoundWhereverItIsCut) {
  const std::string stream = "+$g#67\x03$m0,4#fd-$?#3f";
  const List expected = {"g", "(interrupt)", "m0,4", "(again)", "?"};
  EXPECT_EQ(packets(PacketReader(100).read(stream)), expected);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    PacketReader reader(100);
    List found = packets(reader.read(stream.substr(0, cut)));
    for (const std::string& rest : packets(reader.read(stream.substr(cut)))) found.push_back(rest);
    EXPECT_EQ(found, expected) << "cut at " << cut;
  }
}

TEST(Packet, UndoesEscapes) {
  // "X0,4:" and the bytes '}', '#', '$' and 3, of which the last needs no escape
  const std::string payload = "X0,4:" + escape("}#$\x03");
  EXPECT_EQ(payload, "X0,4:}]}\x03}\x04\x03");
  EXPECT_EQ(packets(PacketReader(100).read(frame(payload))), (List{"X0,4:}#$\x03"}));
  EXPECT_EQ(escape("*"), "}\x0a");
}

TEST(Packet, IsDamagedByAWrongSumAndByLength) {
  EXPECT_EQ(packets(PacketReader(100).read("$g#68$g#67")), (List{"(damaged)", "g"}));
  EXPECT_EQ(packets(PacketReader(100).read("$g#zz$g#67")), (List{"(damaged)", "g"}));
  EXPECT_EQ(packets(PacketReader(3).read(frame("1234") + frame("123"))), (List{"(damaged)", "123"}));
  EXPECT_EQ(packets(PacketReader(100).read("$half of one$g#67")), (List{"g"}));
}

TEST(Packet, SurvivesWhateverComes) {
  std::mt19937 random(5);  // fixed: a failure shows again
  const std::string bytes =
      "$#}+-\x03"
      "09afgmXZ,:\x7f";
  for (int round = 0; round < 2000; ++round) {
    PacketReader reader(64);
    std::string text;
    for (std::size_t n = random() % 300; n != 0; --n) {
      text += random() % 4 == 0 ? static_cast<char>(random()) : bytes[random() % bytes.size()];
    }
    for (const Incoming& one : reader.read(text)) EXPECT_LE(one.payload.size(), 64u);
    // However it stands, a whole packet after the end of one gets through.
    reader.read("#00#00#00");
    EXPECT_THAT(packets(reader.read(frame("g"))), testing::Contains("g"));
  }
}

TEST(Hex, ReadsAndWrites) {
  EXPECT_EQ(register_to_hex(0x1122334455667788), "8877665544332211");
  EXPECT_EQ(number_to_hex(0), "0");
  EXPECT_EQ(number_to_hex(0xdeadbeef), "deadbeef");
  EXPECT_EQ(from_hex("00fF"), (std::vector<std::uint8_t>{0, 255}));
  EXPECT_FALSE(from_hex("0").has_value());
  EXPECT_FALSE(from_hex("0g").has_value());
  Cursor cursor("ffffffffffffffff,10:rest");
  EXPECT_EQ(cursor.number(), ~std::uint64_t{0});
  EXPECT_EQ(cursor.number_after(','), 0x10u);
  EXPECT_TRUE(cursor.take(':'));
  EXPECT_EQ(cursor.rest(), "rest");
  EXPECT_FALSE(cursor.number().has_value());
  EXPECT_FALSE(Cursor("10000000000000000").number().has_value());  // 65 bits
}

}  // namespace
}  // namespace kasane::gdb
