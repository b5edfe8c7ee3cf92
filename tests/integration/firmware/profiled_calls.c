/// Calls of every kind, for tests/integration/profile_test.py, which knows the instructions of
/// profiled_code.S by hand. Also sleeps, takes an interrupt, and jumps out of nested calls.
#include <setjmp.h>

#include "sw/firmware/csr.h"
#include "tests/integration/firmware/alarm.h"

uint64_t worked_loop(uint64_t n);
void worked_recursion(uint64_t n);
void worked_tail(uint64_t n);
void worked_pointer(uint64_t n, uint64_t (*function)(uint64_t));
void worked_trap(void);
void worked_switch(uint64_t* old, uint64_t new_stack);
void worked_task(void);

enum { TASK_STACK = 64 };

/// The stack pointers of the task that waits: of main and of worked_task.
uint64_t worked_stacks[2];
static uint64_t task_stack[TASK_STACK] __attribute__((aligned(16)));

static struct chip chip;
static struct alarm alarm;
static jmp_buf back;

/// At the end of a function: the call before it is no tail call.
#define NO_TAIL_CALL __asm__ volatile("" ::: "memory")

/// 2 n instructions.
static inline __attribute__((always_inline)) void inlined_loop(uint64_t n) {
  __asm__ volatile("1: addi %0, %0, -1\n bnez %0, 1b" : "+r"(n));
}

static inline __attribute__((always_inline)) void inlined_caller(void) {
  inlined_loop(500);
}

__attribute__((noinline)) static void with_inlined_calls(void) {
  inlined_caller();
  inlined_loop(100);
}

__attribute__((noinline)) static void plain_calls(void) {
  for (uint32_t round = 0; round < 3; ++round) worked_loop(100);
  NO_TAIL_CALL;
}

__attribute__((noinline)) static void other_calls(void) {
  worked_loop(1000);
  worked_recursion(6);
  worked_tail(49);
  worked_pointer(20, worked_loop);
  NO_TAIL_CALL;
}

__attribute__((noinline)) static void traps(void) {
  interrupts_disable();
  for (uint32_t round = 0; round < 4; ++round) worked_trap();
  interrupts_enable();
}

__attribute__((noinline)) static void tasks(void) {
  task_stack[TASK_STACK - 1] = (uintptr_t)worked_task;
  worked_stacks[1] = (uintptr_t)&task_stack[TASK_STACK - 2];
  for (uint32_t round = 0; round < 5; ++round) {
    worked_switch(&worked_stacks[0], worked_stacks[1]);
    worked_loop(30);
  }
}

__attribute__((noinline, noclone)) static void throws(uint32_t depth) {
  static volatile bool armed = true;
  if (depth > 0) {
    throws(depth - 1);
    NO_TAIL_CALL;
  } else if (armed) {
    longjmp(back, 1);
  }
}

__attribute__((noinline)) static void catches(void) {
  if (setjmp(back) == 0) throws(3);
  worked_loop(70);
  NO_TAIL_CALL;
}

__attribute__((noinline)) static void sleeps(void) {
  alarm_open(&alarm, &chip);
  alarm_sleep(&alarm, alarm.hertz / 10000);
  NO_TAIL_CALL;
}

uint32_t firmware_main(const void* boot_info) {
  const uint32_t code = chip_open(&chip, boot_info);
  if (code != EXIT_GOOD) return code;
  plain_calls();
  other_calls();
  with_inlined_calls();
  traps();
  tasks();
  catches();
  sleeps();
  plain_calls();
  return EXIT_GOOD;
}
