/// GDB's packets and what they do, held against the protocol's description.
#include "platform/debug/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "platform/debug/registers.h"
#include "tests/unit/debug/mock_hart.h"

namespace kasane::gdb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

struct SessionTest : testing::Test {
  MockHart hart;
  Monitor monitor;
  std::string sent;
  std::optional<Session> session;

  SessionTest() {
    monitor.add({"echo", "TEXT", "says it", [](const std::string& text) { return text + "\n"; }});
    session.emplace(hart, monitor, [this](std::string_view bytes) { sent += bytes; });
  }

  /// Sends a packet; what comes back, as payloads and acknowledgements.
  std::string raw(const std::string& bytes) {
    sent.clear();
    session->receive(bytes);
    session->poll();
    return sent;
  }
  /// The payload of the answer to a packet; fails the test where there is not exactly one.
  std::string ask(const std::string& payload) {
    std::string answer = raw(frame(payload));
    EXPECT_THAT(answer, StartsWith("+$"));
    PacketReader reader(100'000);
    const std::vector<Incoming> packets = reader.read(answer);
    EXPECT_EQ(packets.size(), 1u) << answer;
    // The reader undoes escapes; what is sent is looked at as it is.
    return answer.size() < 5 ? "" : answer.substr(2, answer.size() - 5);
  }
  std::string stop(const StopInfo& why) {
    sent.clear();
    hart.stop(why);
    session->poll();
    return sent;
  }
};

TEST_F(SessionTest, SaysWhatItCanDo) {
  const std::string answer = ask("qSupported:multiprocess+;swbreak+;hwbreak+;xmlRegisters=i386");
  EXPECT_THAT(answer, HasSubstr("PacketSize=4000"));
  EXPECT_THAT(answer, HasSubstr("QStartNoAckMode+"));
  EXPECT_THAT(answer, HasSubstr("qXfer:features:read+"));
  EXPECT_EQ(ask("vMustReplyEmpty"), "");
  EXPECT_EQ(ask("vCont?"), "vCont;c;C;s;S;r");
  EXPECT_EQ(ask("an unknown one"), "");
}

TEST_F(SessionTest, AcknowledgesUntilAskedNotTo) {
  EXPECT_EQ(raw("$g#00"), "-");
  EXPECT_EQ(raw(frame("QStartNoAckMode")), "+$OK#9a");
  EXPECT_EQ(raw("+" + frame("qC")), frame("QC1"));
  EXPECT_EQ(raw("$g#00"), "");
}

TEST_F(SessionTest, RepeatsWhatWasNotReceived) {
  ask("qC");
  EXPECT_EQ(raw("-"), frame("QC1"));
}

TEST_F(SessionTest, ReadsAndWritesRegisters) {
  hart.x[1] = 0x0102030405060708;
  const std::string all = ask("g");
  ASSERT_EQ(all.size(), 33u * 16);
  EXPECT_EQ(all.substr(16, 16), "0807060504030201");
  EXPECT_EQ(all.substr(32 * 16), "0000008000000000");
  EXPECT_EQ(ask("p1"), "0807060504030201");
  EXPECT_EQ(ask("p20"), "0000008000000000");
  EXPECT_EQ(ask("P20=1000000000000000"), "OK");
  EXPECT_EQ(hart.at, 0x10u);
  EXPECT_EQ(ask("P2b=0100000000000000"), "OK");  // 33 + 10
  EXPECT_EQ(hart.f[10], 1u);
  EXPECT_EQ(ask("p341"), "0018000000000000") << "65 + 0x300 is mstatus in the hart";
  EXPECT_EQ(ask("p" + number_to_hex(65 + 0x300)), "0018000000000000");
  EXPECT_EQ(ask("P341=0800000000000000"), "OK");
  EXPECT_EQ(hart.csrs[0x300], 8u);
  EXPECT_EQ(ask("p" + number_to_hex(65 + 4096)), "0100000000000000");  // supervisor mode
  for (const char* bad : {"p", "pxyz", "p342", "p1042", "pffffffffffffffff", "P1", "P1=", "P1=00",
                          "P1=zz00000000000000", "Pf55=0000000000000000", "G00", "P1042=0000000000000000"}) {
    EXPECT_THAT(ask(bad), StartsWith("E")) << bad;
  }
  std::string changed = all;
  changed.replace(2 * 16, 16, "ff00000000000000");
  EXPECT_EQ(ask("G" + changed), "OK");
  EXPECT_EQ(hart.x[2], 0xffu);
}

TEST_F(SessionTest, DescribesTheRegistersThatThereAre) {
  std::string description;
  for (std::string part; !part.starts_with('l'); description += part.substr(1)) {
    part = ask("qXfer:features:read:target.xml:" + number_to_hex(description.size()) + ",200");
    ASSERT_THAT(part, testing::AnyOf(StartsWith("m"), StartsWith("l")));
  }
  EXPECT_EQ(description, target_description(hart));
  EXPECT_THAT(description, HasSubstr("<architecture>riscv:rv64</architecture>"));
  EXPECT_THAT(description, HasSubstr("<reg name=\"pc\" bitsize=\"64\" regnum=\"32\" type=\"code_ptr\"/>"));
  EXPECT_THAT(description, HasSubstr("org.gnu.gdb.riscv.fpu"));
  EXPECT_THAT(description, HasSubstr("<reg name=\"fflags\" bitsize=\"64\" regnum=\"66\" group=\"float\"/>"));
  EXPECT_THAT(description, HasSubstr("<reg name=\"mstatus\" bitsize=\"64\" regnum=\"833\" group=\"csr\"/>"));
  EXPECT_THAT(description, HasSubstr("<reg name=\"csr1984\" bitsize=\"64\" regnum=\"2049\" group=\"csr\"/>"));
  EXPECT_THAT(description, Not(HasSubstr("mepc")));  // this hart has none
  hart.has_floats = false;
  EXPECT_THAT(target_description(hart), Not(HasSubstr("riscv.fpu")));
  EXPECT_THAT(ask("qXfer:features:read:target.xml:ffffff,10"), StartsWith("E"));
  EXPECT_EQ(ask("qXfer:features:read:other.xml:0,10"), "");
}

TEST_F(SessionTest, ReadsAndWritesMemory) {
  EXPECT_EQ(ask("M1000,3:0a0b0c"), "OK");
  EXPECT_EQ(ask("m1000,4"), "0a0b0c00");
  EXPECT_EQ(ask("X1004,0:"), "OK");
  EXPECT_EQ(raw(frame("X1004,4:" + escape("#$}*"))), "+$OK#9a");
  EXPECT_EQ(ask("m1004,4"), "23247d2a");
  EXPECT_EQ(ask("m10f0,20").size(), 32u) << "as many as there are";
  for (const char* bad :
       {"m0,4", "m1000", "m,", "M1000,2:00", "M1000,1:0", "M0,1:00", "X1000,4:ab", "M1000:00", "m1000,"}) {
    EXPECT_THAT(ask(bad), StartsWith("E")) << bad;
  }
  EXPECT_THAT(ask("mffffffffffffffff,ffffffffffffffff"), StartsWith("E"));
}

TEST_F(SessionTest, SetsBreakpointsAndTakesThemBack) {
  EXPECT_EQ(ask("Z0,10,4"), "OK");
  EXPECT_EQ(ask("Z1,10,4"), "OK");
  EXPECT_EQ(ask("Z2,20,8"), "OK");
  EXPECT_EQ(ask("Z4,30,1"), "OK");
  EXPECT_EQ(ask("z0,10,4"), "OK");
  EXPECT_EQ(ask("Z5,10,4"), "");
  EXPECT_EQ(ask("Z2,10,0"), "");
  EXPECT_THAT(ask("Z0,10"), StartsWith("E"));
  EXPECT_THAT(hart.told, ElementsAre("break 16", "break 16", "watch 32 8 0", "watch 48 1 2"));
  hart.told.clear();
  session.reset();  // the connection is lost
  EXPECT_THAT(hart.told, ElementsAre("unbreak 16", "unwatch 32 8 0", "unwatch 48 1 2"));
}

TEST_F(SessionTest, ReportsStops) {
  ask("qSupported:swbreak+;hwbreak+");
  EXPECT_EQ(raw(frame("c")), "+");
  EXPECT_TRUE(session->running());
  EXPECT_THAT(stop({.reason = StopReason::breakpoint}),
              StartsWith("$T05thread:1;swbreak:;20:0000008000000000;"));
  ask("Z1,80000000,4");
  raw(frame("vCont;c:1"));
  EXPECT_THAT(stop({.reason = StopReason::breakpoint}), HasSubstr("hwbreak:;"));
  raw(frame("vCont;s:1;c"));
  EXPECT_THAT(stop({.reason = StopReason::step}), StartsWith("$T05thread:1;20:"));
  raw(frame("c"));
  EXPECT_THAT(stop({.reason = StopReason::watchpoint, .address = 0x1234, .kind = WatchKind::read}),
              HasSubstr("rwatch:1234;"));
  EXPECT_THAT(ask("?"), StartsWith("T05"));
  raw(frame("c100"));
  EXPECT_EQ(hart.at, 0x100u);
  EXPECT_EQ(raw("\x03"), "");
  EXPECT_EQ(hart.told.back(), "halt");
  EXPECT_THAT(stop({}), StartsWith("$T02"));
  raw("\x03");  // not running: nothing to interrupt
  raw(frame("S05"));
  EXPECT_EQ(hart.told.back(), "step");
  EXPECT_THAT(stop({.reason = StopReason::step}), StartsWith("$T05"));
}

TEST_F(SessionTest, IsInterruptedRightAfterGoingOn) {
  raw(frame("c") + "\x03");
  EXPECT_THAT(hart.told, ElementsAre("resume", "halt"));
  EXPECT_THAT(stop({}), StartsWith("$T02"));
  hart.told.clear();
  raw(frame("qC") + "\x03");
  raw(frame("c"));
  EXPECT_THAT(hart.told, ElementsAre("resume")) << "there was nothing to interrupt";
}

TEST_F(SessionTest, StepsWithinARange) {
  raw(frame("vCont;r80000000,80000008:1"));
  hart.at = 0x80000004;
  EXPECT_EQ(stop({.reason = StopReason::step}), "");
  EXPECT_EQ(hart.told, (std::vector<std::string>{"step", "step"}));
  hart.at = 0x80000008;
  EXPECT_THAT(stop({.reason = StopReason::step}), StartsWith("$T05"));
  raw(frame("vCont;r80000000,80000010:1"));
  EXPECT_THAT(stop({.reason = StopReason::breakpoint}), StartsWith("$T05")) << "a breakpoint ends it";
  raw(frame("vCont;r80000000,80000010:1"));
  raw("\x03");
  EXPECT_THAT(stop({.reason = StopReason::step}), StartsWith("$T02")) << "and so does Ctrl-C";
}

TEST_F(SessionTest, AnswersOnlyWhileTheHartStands) {
  raw(frame("c"));
  EXPECT_EQ(raw(frame("qC")), "+");
  EXPECT_THAT(stop({.reason = StopReason::breakpoint}), testing::EndsWith(frame("QC1")));
}

TEST_F(SessionTest, PassesMonitorCommandsOn) {
  EXPECT_EQ(ask("qRcmd," + text_to_hex("  echo a b ")), text_to_hex("a b\n"));
  const auto help = from_hex(ask("qRcmd," + text_to_hex("help"))).value();
  EXPECT_THAT(std::string(help.begin(), help.end()), HasSubstr("monitor echo TEXT"));
  const auto unknown = from_hex(ask("qRcmd," + text_to_hex("ech"))).value();
  EXPECT_THAT(std::string(unknown.begin(), unknown.end()), StartsWith("unknown command 'ech'"));
  EXPECT_THAT(ask("qRcmd,1"), StartsWith("E"));
}

TEST_F(SessionTest, HasOneThread) {
  EXPECT_EQ(ask("qfThreadInfo"), "m1");
  EXPECT_EQ(ask("qsThreadInfo"), "l");
  EXPECT_EQ(ask("Hg0"), "OK");
  EXPECT_EQ(ask("T1"), "OK");
  EXPECT_EQ(ask("qAttached"), "1");
}

TEST_F(SessionTest, Ends) {
  EXPECT_EQ(ask("D"), "OK");
  EXPECT_EQ(session->state(), Session::State::detached);
}

TEST_F(SessionTest, EndsTheRun) {
  EXPECT_EQ(raw(frame("k")), "+");
  EXPECT_EQ(session->state(), Session::State::killed);
}

TEST_F(SessionTest, TellsThatTheProgramHasEnded) {
  session->report_exit(3);
  EXPECT_EQ(sent, "") << "nobody waits";
  raw(frame("c"));
  session->print("hi\n");
  EXPECT_EQ(sent, "+" + frame("O68690a"));
  sent.clear();
  session->report_exit(3);
  EXPECT_EQ(sent, frame("W03"));
}

TEST_F(SessionTest, GivesUpOnFloods) {
  raw(frame("c"));
  for (int n = 0; n < 200; ++n) session->receive(frame("g"));
  EXPECT_EQ(session->state(), Session::State::broken);
}

TEST_F(SessionTest, SurvivesWhateverComes) {
  std::mt19937 random(7);  // fixed: a failure shows again
  const std::vector<std::string> words = {"m",
                                          "M",
                                          "X",
                                          "Z",
                                          "z",
                                          "P",
                                          "p",
                                          "G",
                                          "g",
                                          "c",
                                          "s",
                                          "C",
                                          "S",
                                          "H",
                                          "T",
                                          "q",
                                          "v",
                                          "Q",
                                          "qRcmd,",
                                          "qXfer:features:read:target.xml:",
                                          "vCont",
                                          ";",
                                          ":",
                                          ",",
                                          "=",
                                          "0",
                                          "ff",
                                          "1000",
                                          "ffffffffffffffff",
                                          "r",
                                          "?",
                                          "!",
                                          "#",
                                          "D",
                                          "x"};
  for (int round = 0; round < 20'000; ++round) {
    std::string payload;
    for (std::size_t n = random() % 8; n != 0; --n) payload += words[random() % words.size()];
    if (payload.find('#') == std::string::npos && random() % 8 == 0) payload += static_cast<char>(random());
    session->receive(random() % 16 == 0 ? payload : frame(payload));
    session->poll();
    if (!hart.stands) hart.stop({.reason = StopReason::step});
    if (session->state() != Session::State::open) {
      session.emplace(hart, monitor, [this](std::string_view bytes) { sent += bytes; });
    }
    sent.clear();
    hart.told.clear();
  }
}

}  // namespace
}  // namespace kasane::gdb
