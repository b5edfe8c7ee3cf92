/// Call stacks, followed by addresses and stack pointers as a program would move them.
#include "platform/profile/call_stack.h"

#include <gtest/gtest.h>

namespace kasane::profile {
namespace {

/// Functions of 100 bytes each at 1000, 1100, ...
class CallStackTest : public testing::Test {
 protected:
  CallStackTest() {
    for (const char* name : {"main", "f", "g", "h", "handler", "task"}) {
      functions_.push_back(code_.add_function(name, {next_, next_ + 100}));
      next_ += 100;
    }
    arrive("main");
  }

  static std::uint64_t address(const std::string& name) {
    const std::vector<std::string> names{"main", "f", "g", "h", "handler", "task"};
    const auto found = std::find(names.begin(), names.end(), name);
    return 1000 + 100 * static_cast<std::uint64_t>(found - names.begin());
  }
  void arrive(const std::string& name) { stack_.enter(code_.function_at(address(name)).id); }
  /// A call from `offset` within `from`, whose stack pointer is `sp`.
  void call(const std::string& from, std::uint64_t offset, std::uint64_t sp, const std::string& to) {
    stack_.call(address(from) + offset, sp);
    arrive(to);
  }
  void leave(const std::string& to, std::uint64_t offset, std::uint64_t sp) {
    stack_.leave(address(to) + offset, sp);
    arrive(to);
  }
  /// The functions from the outermost to the one that runs; those entered by traps are marked.
  std::string here() const {
    std::string text;
    for (const CallNode* node = &stack_.node(); node->parent != nullptr; node = node->parent) {
      const std::string mark = node->entry == Entry::interrupt   ? "!"
                               : node->entry == Entry::exception ? "?"
                                                                 : "";
      text = mark + code_.names()[code_.name_of(node->function)] + (text.empty() ? "" : " ") + text;
    }
    return text;
  }

  CodeMap code_;
  std::uint64_t next_ = 1000;
  std::vector<FunctionId> functions_;
  CallTree tree_;
  CallStack stack_{tree_, code_};
};

TEST_F(CallStackTest, FollowsCallsAndReturns) {
  EXPECT_EQ(here(), "main");
  call("main", 8, 500, "f");
  call("f", 12, 484, "g");
  EXPECT_EQ(here(), "main f g");
  leave("f", 12, 484);
  EXPECT_EQ(here(), "main f");
  leave("main", 8, 500);
  EXPECT_EQ(here(), "main");
}

TEST_F(CallStackTest, TheSameStackIsTheSameNode) {
  call("main", 8, 500, "f");
  const CallNode* first = &stack_.node();
  leave("main", 8, 500);
  call("main", 20, 500, "f");
  EXPECT_EQ(&stack_.node(), first);
  EXPECT_EQ(tree_.nodes().size(), 3u);
}

TEST_F(CallStackTest, ShowsRecursionLevelByLevel) {
  call("main", 8, 500, "f");
  call("f", 16, 480, "f");
  call("f", 16, 460, "f");
  EXPECT_EQ(here(), "main f f f");
  leave("f", 16, 460);
  leave("f", 16, 480);
  EXPECT_EQ(here(), "main f");
}

TEST_F(CallStackTest, ATailCallTakesTheCallersPlace) {
  call("main", 8, 500, "f");
  arrive("g");
  EXPECT_EQ(here(), "main g");
  leave("main", 8, 500);
  EXPECT_EQ(here(), "main");
}

TEST_F(CallStackTest, TrapsPushAFrameAndReturnToIt) {
  call("main", 8, 500, "f");
  stack_.trap(Entry::interrupt, address("f") + 4, 490);
  arrive("handler");
  EXPECT_EQ(here(), "main f !handler");
  call("handler", 40, 9000, "g");
  EXPECT_EQ(here(), "main f !handler g");
  leave("handler", 40, 9000);
  stack_.leave_trap(address("f") + 4, 490);
  arrive("f");
  EXPECT_EQ(here(), "main f");
  leave("main", 8, 500);
  EXPECT_EQ(here(), "main");
}

TEST_F(CallStackTest, AHandlerMayStepOverTheInstructionThatTrapped) {
  stack_.trap(Entry::exception, address("main") + 4, 500);
  arrive("handler");
  EXPECT_EQ(here(), "main ?handler");
  stack_.leave_trap(address("main") + 8, 500);
  arrive("main");
  EXPECT_EQ(here(), "main");
}

TEST_F(CallStackTest, AnInterruptBetweenACallAndItsCallee) {
  stack_.call(address("main") + 8, 500);
  stack_.trap(Entry::interrupt, address("f"), 500);
  arrive("handler");
  EXPECT_EQ(here(), "main f !handler");
  stack_.leave_trap(address("f"), 500);
  arrive("f");
  EXPECT_EQ(here(), "main f");
  leave("main", 8, 500);
  EXPECT_EQ(here(), "main");
}

TEST_F(CallStackTest, LongjmpEndsTheCallsInBetween) {
  call("main", 8, 500, "f");  // f's frame: 460
  call("f", 12, 460, "g");    // setjmp would be called from f, too
  call("g", 12, 430, "h");
  leave("f", 40, 460);  // longjmp: to where setjmp was called, with f's stack pointer
  EXPECT_EQ(here(), "main f");
  leave("main", 8, 500);
  EXPECT_EQ(here(), "main");
}

TEST_F(CallStackTest, TasksHaveStacksOfTheirOwn) {
  call("main", 8, 500, "f");
  call("f", 12, 460, "h");  // h switches stacks
  leave("task", 0, 8000);   // a new task
  EXPECT_EQ(here(), "task");
  call("task", 20, 7000, "g");
  call("g", 20, 6900, "h");
  leave("f", 12, 460);  // back to the first
  EXPECT_EQ(here(), "main f");
  call("f", 12, 460, "h");
  leave("g", 20, 6900);  // and to the second again, within g
  EXPECT_EQ(here(), "task g");
  leave("task", 20, 7000);
  EXPECT_EQ(here(), "task");
}

TEST_F(CallStackTest, ATrapMaySwitchTasks) {
  call("main", 8, 500, "f");
  stack_.trap(Entry::interrupt, address("f") + 4, 460);
  arrive("handler");
  stack_.leave_trap(address("task"), 8000);
  arrive("task");
  EXPECT_EQ(here(), "task");
  stack_.trap(Entry::interrupt, address("task") + 30, 7900);
  arrive("handler");
  EXPECT_EQ(here(), "task !handler");
  stack_.leave_trap(address("f") + 4, 460);
  arrive("f");
  EXPECT_EQ(here(), "main f");
  leave("main", 8, 500);
  EXPECT_EQ(here(), "main");
}

TEST_F(CallStackTest, AReturnToNowhereKnownIsAJump) {
  stack_.leave(address("g"), 500);
  arrive("g");
  EXPECT_EQ(here(), "g");
}

TEST_F(CallStackTest, EndlessRecursionEndsTheTreeNotTheProgram) {
  for (std::uint64_t level = 0; level < 200'000; ++level) {
    stack_.call(address("f") + 4, 1'000'000 - level);
    arrive("f");
  }
  EXPECT_LE(stack_.node().depth, CallTree::max_depth);
  EXPECT_LE(tree_.nodes().size(), CallTree::max_depth + 2);
}

TEST_F(CallStackTest, EveryPathOfMutualRecursionDoesNotFillMemory) {
  std::uint32_t random = 1;
  for (std::uint64_t level = 0; level < 500'000; ++level) {
    random = random * 1664525 + 1013904223;
    const std::vector<std::string> names{"f", "g", "h"};
    stack_.call(address("f") + 4, 1'000'000'000 - level);
    arrive(names[(random >> 16) % 3]);
    if (level % 40 == 39) {
      stack_.reset();
      arrive("main");
    }
  }
  EXPECT_LE(tree_.nodes().size(), CallTree::max_nodes + 16);
}

}  // namespace
}  // namespace kasane::profile
