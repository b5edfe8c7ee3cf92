/// What the engines' front promises to engines and to hardware beside it: the busy line, the end of a list,
/// where records lie. A command takes 10 ns, a fetch 1 ns.
#include "models/common/engine.h"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include <tlm_utils/simple_initiator_socket.h>

#include "models/common/scoped_extension.h"
#include "models/common/silent_observer.h"
#include "models/common/transaction_tag.h"
#include "tests/unit/register_access.h"

namespace kasane {
namespace {

using sc_core::sc_time;
using sc_core::sc_time_stamp;

sc_time ns(double count) {
  return {count, sc_core::SC_NS};
}

enum : std::uint16_t {
  opcode_work = 1,        ///< 10 ns
  opcode_fail = 2,        ///< refused
  opcode_start = 3,       ///< starts work that goes on for 50 ns
  opcode_start_fail = 4,  ///< starts work that fails after 50 ns
};

/// Leaves work behind that ends with the list.
class ScriptedEngine : public Engine {
 public:
  std::vector<std::uint64_t> addresses;
  int lists_ended = 0;
  int resets = 0;
  bool ended_abandoned = false;

  ScriptedEngine(sc_core::sc_module_name name, BlockId in_account, PowerDomain& domain,
                 EnergyAccount& account)
      : Engine(name, {.id = 1, .version = KASANE_ENGINE_VERSION_1_0}, in_account, domain, account) {
    bank().add({"OWN", 0x40, Access::read_only, "a register of its own", 77});
  }

 private:
  void execute(const CommandRecord& record) override {
    addresses.push_back(record.address);
    const std::uint16_t opcode = record.header().opcode;
    if (opcode == opcode_fail) throw CommandError{KASANE_ERROR_PARAMETER};
    if (opcode == opcode_work) return wait(ns(10));
    done_at_ = sc_time_stamp() + ns(50);
    fails_ = opcode == opcode_start_fail;
  }
  void end_list() override {
    ++lists_ended;
    ended_abandoned = abandoned();
    if (!abandoned() && done_at_ > sc_time_stamp()) wait(done_at_ - sc_time_stamp());
    done_at_ = sc_core::SC_ZERO_TIME;
    if (std::exchange(fails_, false)) throw CommandError{KASANE_ERROR_OPCODE};
  }
  void on_reset() override { ++resets; }
  std::string_view command_name(std::uint16_t) const override { return "scripted"; }

  sc_time done_at_;
  bool fails_ = false;
};

constexpr std::uint64_t list_address = 0x3'0000'0200;

struct Bench : sc_core::sc_module {
  EnergyAccount account;
  PowerDomain domain{"all",
                     {.points = {{1, 1'000'000'000}}},
                     {[](double) { return 1.0; }, [](double) { return 1.0; }},
                     account};
  BlockId block{account.add_block("engine", 1)};
  ScriptedEngine engine{"engine", block, domain, account};
  sc_core::sc_signal<bool> interrupt{"interrupt"};
  tlm_utils::simple_initiator_socket<Bench> software{"software"};
  tlm_utils::simple_target_socket<Bench> memory{"memory"};
  std::vector<std::uint16_t> opcodes;  ///< the command list

  struct Edge {
    bool busy;
    sc_time when;
    bool operator==(const Edge&) const = default;
  };
  std::vector<Edge> edges;

  explicit Bench(sc_core::sc_module_name name) : sc_module(name) {
    SC_HAS_PROCESS(Bench);
    SC_METHOD(watch);
    sensitive << engine.busy;
    dont_initialize();
    domain.attach(block, {}, {});
    software.bind(engine.registers);
    engine.bus.socket.bind(memory);
    engine.interrupt.bind(interrupt);
    memory.register_b_transport(this, &Bench::fetch);
  }

  std::uint32_t access(tlm::tlm_command command, std::uint64_t offset, std::uint32_t value) {
    return access_register(software, command, offset, value);
  }
  std::uint32_t read(std::uint64_t offset) { return access(tlm::TLM_READ_COMMAND, offset, 0); }
  void write(std::uint64_t offset, std::uint32_t value) { access(tlm::TLM_WRITE_COMMAND, offset, value); }

  void ring(std::vector<std::uint16_t> list, std::uint32_t control = KASANE_CONTROL_INTERRUPT_ENABLE) {
    opcodes = std::move(list);
    edges.clear();
    engine.addresses.clear();
    engine.lists_ended = 0;
    write(KASANE_ENGINE_CONTROL, control);
    write(KASANE_ENGINE_INTERRUPT, KASANE_INTERRUPT_DONE | KASANE_INTERRUPT_ERROR);
    write(KASANE_ENGINE_COMMAND_LOW, static_cast<std::uint32_t>(list_address));
    write(KASANE_ENGINE_COMMAND_HIGH, list_address >> 32);
    write(KASANE_ENGINE_COMMAND_COUNT,
          std::max<std::uint32_t>(1, static_cast<std::uint32_t>(opcodes.size())));
    write(KASANE_ENGINE_DOORBELL, 1);
  }
  /// Rings, and simulates until nothing happens any more; returns the error register.
  std::uint32_t run(std::vector<std::uint16_t> list,
                    std::uint32_t control = KASANE_CONTROL_INTERRUPT_ENABLE) {
    ring(std::move(list), control);
    sc_core::sc_start();
    return read(KASANE_ENGINE_ERROR);
  }

 private:
  void watch() { edges.push_back({engine.busy.read(), sc_time_stamp()}); }
  void fetch(tlm::tlm_generic_payload& payload, sc_time& delay) {
    const std::uint64_t index = (payload.get_address() - list_address) / KASANE_COMMAND_BYTES;
    if (index >= opcodes.size()) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    std::memset(payload.get_data_ptr(), 0, payload.get_data_length());
    std::memcpy(payload.get_data_ptr(), &opcodes[index], sizeof(opcodes[index]));
    delay += ns(1);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

class EngineFront : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    bench = std::make_unique<Bench>("bench");
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  static std::vector<Bench::Edge> busy_for(sc_time begin, sc_time length) {
    return {{true, begin}, {false, begin + length}};
  }
  static inline std::unique_ptr<Bench> bench;
};

constexpr std::uint32_t no_error = KASANE_ERROR_NONE;

TEST_F(EngineFront, BusyIsHighWhileAListRunsWhateverInterrupts) {
  sc_time begin = sc_time_stamp();
  EXPECT_EQ(bench->run({opcode_work, opcode_work}), no_error);
  EXPECT_EQ(bench->edges, busy_for(begin, ns(22)));
  EXPECT_TRUE(bench->interrupt.read());
  begin = sc_time_stamp();
  EXPECT_EQ(bench->run({opcode_work, opcode_work}, 0), no_error);
  EXPECT_EQ(bench->edges, busy_for(begin, ns(22)));
  EXPECT_FALSE(bench->interrupt.read());
}

TEST_F(EngineFront, BusyRisesForAListThatCannotBeFetched) {
  const sc_time begin = sc_time_stamp();
  EXPECT_EQ(bench->run({}), std::uint32_t{KASANE_ERROR_FETCH});
  EXPECT_EQ(bench->edges, busy_for(begin, sc_core::SC_ZERO_TIME));
  EXPECT_EQ(bench->engine.lists_ended, 1);
}

TEST_F(EngineFront, TellsWhereRecordsLie) {
  EXPECT_EQ(bench->run({opcode_work, opcode_work, opcode_work}), no_error);
  EXPECT_EQ(bench->engine.addresses,
            (std::vector<std::uint64_t>{list_address, list_address + 128, list_address + 256}));
}

// Work that outlives its command is part of the list: 1 ns fetch, 50 ns work, within which the next command's
// fetch and 10 ns lie.
TEST_F(EngineFront, AListEndsWithTheWorkItStarted) {
  const sc_time begin = sc_time_stamp();
  EXPECT_EQ(bench->run({opcode_start, opcode_work}), no_error);
  EXPECT_EQ(bench->edges, busy_for(begin, ns(51)));
  EXPECT_EQ(bench->engine.lists_ended, 1);
  EXPECT_EQ(bench->read(KASANE_ENGINE_COMMANDS_DONE), 2u);
}

TEST_F(EngineFront, ReportsTheFirstError) {
  EXPECT_EQ(bench->run({opcode_start_fail}), std::uint32_t{KASANE_ERROR_OPCODE});
  EXPECT_NE(bench->read(KASANE_ENGINE_STATUS) & KASANE_STATUS_ERROR, 0u);
  const sc_time begin = sc_time_stamp();
  EXPECT_EQ(bench->run({opcode_start_fail, opcode_fail, opcode_work}), std::uint32_t{KASANE_ERROR_PARAMETER});
  EXPECT_EQ(bench->edges, busy_for(begin, ns(51))) << "what was started still ends";
  EXPECT_EQ(bench->engine.lists_ended, 1);
  EXPECT_EQ(bench->run({opcode_work}), no_error);
}

TEST_F(EngineFront, EndsAnAbandonedListWithoutInterrupt) {
  const sc_time begin = sc_time_stamp();
  bench->ring({opcode_work, opcode_work, opcode_work});
  sc_core::sc_start(ns(15));  // in the second command
  bench->write(KASANE_ENGINE_CONTROL, KASANE_CONTROL_INTERRUPT_ENABLE | KASANE_CONTROL_RESET);
  sc_core::sc_start();
  EXPECT_EQ(bench->edges, busy_for(begin, ns(22)));
  EXPECT_EQ(bench->engine.lists_ended, 1);
  EXPECT_TRUE(bench->engine.ended_abandoned);
  EXPECT_FALSE(bench->interrupt.read());
  EXPECT_EQ(bench->run({opcode_work}), no_error);
}

// 1 ns of the work's 50 goes into the second command's fetch, which does not count, 10 into the command.
TEST_F(EngineFront, IsBusyUntilTheListEnds) {
  bench->write(KASANE_ENGINE_CONTROL, KASANE_CONTROL_RESET);
  EXPECT_EQ(bench->run({opcode_start, opcode_work}), no_error);
  EXPECT_EQ(bench->read(KASANE_ENGINE_CYCLES_LOW), 49u);
}

TEST_F(EngineFront, TellsOfResetsAndPowerCuts) {
  bench->engine.resets = 0;
  bench->write(KASANE_ENGINE_CONTROL, KASANE_CONTROL_RESET);
  EXPECT_EQ(bench->engine.resets, 1);
  ASSERT_TRUE(bench->domain.set_power(false));
  EXPECT_EQ(bench->engine.resets, 2);
  ASSERT_TRUE(bench->domain.set_power(true));
  EXPECT_EQ(bench->engine.resets, 2);
}

// Reset ends the wait for a gated clock: the list is forgotten at once.
TEST_F(EngineFront, ResetsWhileItsClockIsGated) {
  bench->ring({opcode_work, opcode_work, opcode_work});
  sc_core::sc_start(ns(5));
  ASSERT_TRUE(bench->domain.set_clock(false));
  sc_core::sc_start(ns(50));
  EXPECT_EQ(bench->read(KASANE_ENGINE_STATUS), std::uint32_t{KASANE_STATUS_BUSY});
  bench->write(KASANE_ENGINE_CONTROL, KASANE_CONTROL_RESET);
  sc_core::sc_start();
  EXPECT_EQ(bench->read(KASANE_ENGINE_STATUS), 0u);
  ASSERT_TRUE(bench->domain.set_clock(true));
  EXPECT_EQ(bench->run({opcode_work}), no_error);
}

/// What traces are told of an engine, as text.
struct Told : SilentObserver {
  std::vector<std::string> lines;
  bool listening = false;
  sc_time since;
  std::uint32_t first = 0;  ///< job since then

  std::string number(std::uint32_t job) const { return std::to_string(job == 0 ? 0 : job - first + 1); }
  std::string at(sc_time moment) const { return std::to_string((moment - since).value() / 1000); }
  void tell(const std::string& line) {
    if (listening) lines.push_back(line);
  }
  void on_driver_call(BlockId, std::uint32_t job, const Interval& when) override {
    if (listening && first == 0) first = job;
    tell("call " + number(job) + ": " + at(when.begin) + " " + at(when.end));
  }
  void on_job(BlockId, std::uint32_t job, LayerId, const Interval& when) override {
    tell("job " + number(job) + ": " + at(when.begin) + " " + at(when.end));
  }
  void on_level(LevelId level, sc_time moment, std::uint64_t value) override {
    tell(bench_levels->at(level.index).name + "=" + std::to_string(value) + " " + at(moment));
  }
  void on_activity(BlockId, sc_time moment, Activity activity) override {
    constexpr std::array names{"idle", "compute", "memory"};
    tell(names[static_cast<std::size_t>(activity)] + (" " + at(moment)));
  }
  const std::vector<LevelEntry>* bench_levels = nullptr;
};

TEST_F(EngineFront, ShowsCallsJobsQueueAndWhatItDoes) {
  static Told told;  // observers stay for the whole program
  told.bench_levels = &bench->account.feed().levels();
  bench->account.observe(told);
  bench->write(KASANE_ENGINE_CONTROL, KASANE_CONTROL_RESET);  // begins no call
  bench->write(KASANE_ENGINE_INTERRUPT, KASANE_INTERRUPT_DONE | KASANE_INTERRUPT_ERROR);
  sc_core::sc_start();
  told.since = sc_time_stamp();
  told.listening = true;
  bench->write(KASANE_ENGINE_COMMAND_LOW, static_cast<std::uint32_t>(list_address));
  sc_core::sc_start(ns(4));
  bench->ring({opcode_work, opcode_work});
  sc_core::sc_start();
  EXPECT_EQ(told.lines,
            (std::vector<std::string>{"call 1: 0 4", "queue depth=2 4", "busy=1 4", "memory 4", "compute 5",
                                      "queue depth=1 15", "memory 15", "compute 16", "queue depth=0 26",
                                      "idle 26", "job 1: 4 26", "busy=0 26", "interrupt=1 26"}));
  told.lines.clear();
  // Rung by hardware, whose transactions carry a tag: a job without a call.
  std::uint32_t value = 1;
  tlm::tlm_generic_payload payload;
  TransactionTag tag;
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  payload.set_address(KASANE_ENGINE_DOORBELL);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(sizeof(value));
  payload.set_streaming_width(sizeof(value));
  {
    const ScopedExtension attach(payload, tag);
    sc_time delay;
    bench->software->b_transport(payload, delay);
  }
  sc_core::sc_start();
  EXPECT_EQ(told.lines.front(), "queue depth=2 26");
  EXPECT_EQ(std::count(told.lines.begin(), told.lines.end(), "job 0: 26 48"), 1);
  told.listening = false;
}

TEST_F(EngineFront, HasRegistersOfTheEnginesOwn) {
  EXPECT_EQ(bench->read(0x40), 77u);
}

}  // namespace
}  // namespace kasane
