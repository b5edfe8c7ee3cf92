/// The segment runner: steps run in order, each with what it needs clocked; the first error ends the run, and
/// all clocks are gated afterwards.
#include <gtest/gtest.h>

#include "tests/unit/software/exit_package.h"
#include "tests/unit/software/fake_chip.h"

extern "C" {
#include "sw/runtime/segment_runner.h"
}

namespace kasane {
namespace {

const ExitPackage two_on_engines{.segments = {Side::engine, Side::engine}, .unit = true};

class SegmentRunner : public ::testing::Test {
 public:
  SegmentRunner() : chip(exit_package(two_on_engines)) {
    runner.engines = &chip.engines;
    runner.done = true;
    const executor engines = executor_of_engines(&chip.engines);
    EXPECT_EQ(network_set_up(&chip.loaded, &engines, &chip.monitor).error, uint32_t{KASANE_ERROR_NONE});
    chip.jobs = chip.ncu_jobs = 0;
  }

  step_span segment(uint32_t exit) {
    return {chip.loaded.exits[exit].first_step, chip.loaded.exits[exit].end_step};
  }

  FakeChip chip;
  segment_runner runner{};
};

TEST_F(SegmentRunner, EachInterruptStartsTheNextStep) {
  const step_span span = segment(0);
  segment_runner_start(&runner, span);
  for (uint32_t step = span.begin; step < span.end; ++step) {
    EXPECT_FALSE(runner.done);
    EXPECT_EQ(runner.step, step);
    ASSERT_TRUE(chip.work());
  }
  EXPECT_TRUE(runner.done);
  EXPECT_FALSE(chip.work());
  EXPECT_EQ(chip.jobs, static_cast<int>(span.end - span.begin));
  EXPECT_EQ(segment_runner_wait(&runner).error, uint32_t{KASANE_ERROR_NONE});
}

TEST_F(SegmentRunner, HoldsAllDomainsOfTheSegmentUntilItsEnd) {
  const step_span span = segment(0);
  segment_runner_start(&runner, span);
  for (uint32_t step = span.begin; step < span.end; ++step) {
    for (const uint32_t d :
         {FakeChip::domain_dma, FakeChip::domain_ncu, FakeChip::domain_fmm, FakeChip::domain_wm})
      EXPECT_EQ(chip.control(d), uint32_t{KASANE_DOMAIN_CLOCK | KASANE_DOMAIN_POWER});
    chip.work();
  }
  EXPECT_TRUE(chip.clocks_gated());
}

TEST_F(SegmentRunner, GoesOnWithWhatTheCallerNames) {
  struct Answers {
    SegmentRunner* test;
    int asked = 0;
  } answers{this};
  runner.context = &answers;
  runner.next = [](void* context, step_span* span) {
    auto* self = static_cast<Answers*>(context);
    *span = self->test->segment(1);
    EXPECT_FALSE(self->test->chip.clocks_gated()) << "the exit unit's registers are read here";
    return self->asked++ == 0;
  };
  segment_runner_start(&runner, segment(0));
  EXPECT_EQ(segment_runner_wait(&runner).error, uint32_t{KASANE_ERROR_NONE});
  EXPECT_EQ(answers.asked, 2);
  EXPECT_EQ(chip.jobs, static_cast<int>(segment(1).end - segment(0).begin));
  EXPECT_TRUE(chip.clocks_gated());
}

TEST_F(SegmentRunner, ReportsTheFailingStepAndStartsNoOther) {
  runner.next = [](void*, step_span*) {
    ADD_FAILURE() << "asked after an error";
    return false;
  };
  for (int job = 0; job < 2; ++job) {
    chip.ncu_error = KASANE_ERROR_ADDRESS;
    chip.failing_job = job;
    chip.ncu_jobs = 0;
    segment_runner_start(&runner, segment(0));
    const network_result result = segment_runner_wait(&runner);
    EXPECT_EQ(result.error, uint32_t{KASANE_ERROR_ADDRESS});
    EXPECT_EQ(result.step, segment(0).begin + 1 + static_cast<uint32_t>(job));
    EXPECT_FALSE(chip.work());
    EXPECT_TRUE(chip.clocks_gated());
  }
}

TEST_F(SegmentRunner, ReportsAMissingEngineAndADomainThatRefuses) {
  engine* ncu = chip.engines.slots[KASANE_STEP_NCU].engine;
  chip.engines.slots[KASANE_STEP_NCU].engine = nullptr;
  segment_runner_start(&runner, segment(0));
  network_result result = segment_runner_wait(&runner);
  EXPECT_EQ(result.error, uint32_t{ENGINE_EXECUTOR_ERROR_MISSING});
  EXPECT_EQ(result.step, segment(0).begin + 1);
  EXPECT_TRUE(chip.clocks_gated());

  chip.engines.slots[KASANE_STEP_NCU].engine = ncu;
  chip.set_domain(FakeChip::domain_wm, KASANE_DOMAIN_STATUS, KASANE_DOMAIN_STATUS_FAULT);
  segment_runner_start(&runner, segment(0));
  result = segment_runner_wait(&runner);
  EXPECT_EQ(result.error, uint32_t{ENGINE_EXECUTOR_ERROR_POWER});
  EXPECT_EQ(result.step, segment(0).begin);
}

TEST_F(SegmentRunner, LeavesTheEnginesToOthersAfterwards) {
  segment_runner_start(&runner, segment(0));
  segment_runner_wait(&runner);
  const int jobs = chip.jobs;
  const executor engines = executor_of_engines(&chip.engines);
  const auto result = network_run(&chip.loaded, &engines, &chip.monitor, segment(1).begin, segment(1).end);
  EXPECT_EQ(result.error, uint32_t{KASANE_ERROR_NONE});
  EXPECT_EQ(chip.jobs, jobs + static_cast<int>(segment(1).end - segment(1).begin));
  EXPECT_EQ(runner.step + 1, segment(0).end);
}

}  // namespace
}  // namespace kasane
