/// A payload for OpenSBI that uses what U-Boot does not: interrupts in supervisor mode, by the PLIC and by
/// the SBI's timer, and virtual memory. Runs the same on QEMU's virt machine. It prints a line for each thing
/// that worked.
#include <stdint.h>

#define UART ((volatile uint8_t*)0x10000000)
#define PLIC 0x0C000000ul
#define UART_SOURCE 10u
#define SUPERVISOR_CONTEXT 1u

enum { external_interrupt = 9, timer_interrupt = 5, store_page_fault = 15 };
enum { sbi_timer = 0x54494D45, sbi_reset = 0x53525354 };
enum { pte_valid = 1, pte_read = 2, pte_write = 4, pte_execute = 8, pte_accessed = 0x40, pte_dirty = 0x80 };

static volatile uint64_t received;  ///< byte | 0x100
static volatile uint64_t ticks;
static volatile uint64_t faults;
static volatile uint64_t fault_address;

static volatile uint32_t* plic(uint64_t offset) {
  return (volatile uint32_t*)(PLIC + offset);
}

static void print(const char* text) {
  for (; *text != 0; ++text) {
    while ((UART[5] & 0x20) == 0) {
    }
    UART[0] = (uint8_t)*text;
  }
}

static void sbi_call(uint64_t extension, uint64_t function, uint64_t first, uint64_t second) {
  register uint64_t a0 __asm__("a0") = first;
  register uint64_t a1 __asm__("a1") = second;
  register uint64_t a6 __asm__("a6") = function;
  register uint64_t a7 __asm__("a7") = extension;
  __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
}

static uint64_t now(void) {
  uint64_t time;
  __asm__ volatile("rdtime %0" : "=r"(time));
  return time;
}

__attribute__((interrupt("supervisor"), aligned(4))) static void trap(void) {
  uint64_t cause;
  uint64_t value;
  __asm__ volatile("csrr %0, scause\n\tcsrr %1, stval" : "=r"(cause), "=r"(value));
  if (cause == (1ul << 63 | external_interrupt)) {
    volatile uint32_t* claim = plic(0x200004 + 0x1000 * SUPERVISOR_CONTEXT);
    const uint32_t source = *claim;
    if (source == UART_SOURCE) received = 0x100u | UART[0];
    *claim = source;
  } else if (cause == (1ul << 63 | timer_interrupt)) {
    ++ticks;
    sbi_call(sbi_timer, 0, ~0ul, 0);
  } else if (cause == store_page_fault) {
    ++faults;
    fault_address = value;
    uint64_t pc;
    __asm__ volatile("csrr %0, sepc" : "=r"(pc));
    __asm__ volatile("csrw sepc, %0" : : "r"(pc + 4));
  } else {
    print("unexpected trap\n");
    sbi_call(sbi_reset, 0, 0, 1);
  }
}

static void receive_by_interrupt(void) {
  *plic(4 * UART_SOURCE) = 1;
  *plic(0x2000 + 0x80 * SUPERVISOR_CONTEXT) = 1u << UART_SOURCE;
  *plic(0x200000 + 0x1000 * SUPERVISOR_CONTEXT) = 0;
  UART[1] = 1;
  __asm__ volatile("csrs sie, %0" : : "r"(1ul << external_interrupt));
  print("ready\n");
  while (received == 0) __asm__ volatile("wfi");
  char text[] = "received ?\n";
  text[9] = (char)received;
  print(text);
}

static void wait_for_the_timer(void) {
  const uint64_t until = now() + 1000;
  sbi_call(sbi_timer, 0, until, 0);
  __asm__ volatile("csrs sie, %0" : : "r"(1ul << timer_interrupt));
  while (ticks == 0) __asm__ volatile("wfi");
  print(now() >= until ? "timer in time\n" : "timer too early\n");
}

static volatile uint64_t root[512] __attribute__((aligned(4096)));

/// Gigapages: devices and memory where they are, memory once more 1 GiB above, and there read-only 2 GiB
/// above.
static void use_virtual_memory(void) {
  static volatile uint64_t word = 1;
  const uint64_t memory = 0x80000000ul >> 12 << 10;
  const uint64_t all = pte_valid | pte_read | pte_write | pte_execute;
  root[0] = all | pte_accessed | pte_dirty;
  root[2] = memory | all | pte_accessed | pte_dirty;
  root[3] = memory | pte_valid | pte_read | pte_write;
  root[4] = memory | pte_valid | pte_read | pte_accessed;
  __asm__ volatile("csrw satp, %0\n\tsfence.vma" : : "r"(8ul << 60 | (uint64_t)root >> 12) : "memory");
  volatile uint64_t* alias = (volatile uint64_t*)((uint64_t)&word + 0x40000000ul);
  volatile uint64_t* read_only = (volatile uint64_t*)((uint64_t)&word + 0x80000000ul);
  const uint64_t read = *alias;
  const uint64_t after_read = root[3];
  *alias = 42;
  if (read == 1 && word == 42 && *read_only == 42) print("alias seen\n");
  if ((after_read & (pte_accessed | pte_dirty)) == pte_accessed && (root[3] & pte_dirty) != 0)
    print("accessed, then dirty\n");
  __asm__ volatile(".option push\n\t.option norvc\n\tsd zero, 0(%0)\n\t.option pop"
                   :
                   : "r"(read_only)
                   : "memory");
  if (faults == 1 && fault_address == (uint64_t)read_only && word == 42) print("write refused\n");
}

__attribute__((used)) static void supervisor_main(void) {
  __asm__ volatile("csrw stvec, %0\n\tcsrsi sstatus, 2" : : "r"(trap));
  receive_by_interrupt();
  wait_for_the_timer();
  use_virtual_memory();
  while ((UART[5] & 0x40) == 0) {  // what is still in the FIFO would be lost
  }
  sbi_call(sbi_reset, 0, 0, 0);
  for (;;) __asm__ volatile("wfi");
}

__asm__(
    ".section .text.start, \"ax\"\n.globl _start\n_start:\n"
    "  .option push\n  .option norelax\n  la gp, __global_pointer$\n  .option pop\n"
    "  la sp, stack_end\n  call supervisor_main\n"
    ".bss\n.align 4\n.space 16384\nstack_end:\n.text\n");
