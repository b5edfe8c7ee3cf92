#include "tests/integration/firmware/nonsense.h"

#include <stddef.h>

#include "kasane/boot_info.h"
#include "kasane/clint.h"
#include "kasane/dma.h"
#include "kasane/neural_comp_unit.h"
#include "kasane/plic.h"
#include "kasane/power_manager.h"
#include "kasane/run_monitor.h"
#include "sw/drivers/registers.h"
#include "sw/firmware/csr.h"
#include "sw/firmware/system.h"

enum { MAX_RECORDS = 8, MIE_ALL = 1 << 3 | MIE_TIMER | MIE_EXTERNAL };

static struct {
  const struct kasane_boot_info* info;
  const struct kasane_device* devices;
  uint64_t random;
  bool wild;
  struct nonsense_counts counts;
} state;

/// Where execution goes on after a jump to nowhere; 0 while no such jump is under way.
uint64_t nonsense_resume;

static _Alignas(64) uint8_t records[MAX_RECORDS * KASANE_COMMAND_BYTES];

// --- Traps -------------------------------------------------------------------------------------------------

enum {
  FETCH_MISALIGNED = 0,
  FETCH_FAULT = 1,
  LOAD_MISALIGNED = 4,
  LOAD_FAULT = 5,
  STORE_MISALIGNED = 6,
  STORE_FAULT = 7
};

static void count_exception(uint64_t cause) {
  struct nonsense_counts* counts = &state.counts;
  switch (cause) {
    case LOAD_FAULT:
      ++counts->load_faults;
      break;
    case STORE_FAULT:
      ++counts->store_faults;
      break;
    case FETCH_FAULT:
      ++counts->fetch_faults;
      break;
    case FETCH_MISALIGNED:
    case LOAD_MISALIGNED:
    case STORE_MISALIGNED:
      ++counts->misaligned;
      break;
    default:
      ++counts->other_exceptions;
  }
}

/// Called by trap_entry (start.S): exceptions skip their instruction, interrupts switch themselves off.
void trap_handle(uint64_t cause, uint64_t pc, uint64_t value);
void trap_handle(uint64_t cause, uint64_t pc, uint64_t value) {
  (void)value;
  if (cause >> 63 != 0) {
    ++state.counts.interrupts;
    CSR_CLEAR(mie, UINT64_C(1) << (cause & 63));
    return;
  }
  count_exception(cause);
  if (nonsense_resume != 0) {
    CSR_WRITE(mepc, nonsense_resume);
    nonsense_resume = 0;
  } else {
    const bool is_long = (*(const uint16_t*)pc & 3) == 3;  // cppcheck-suppress intToPointerCast
    CSR_WRITE(mepc, pc + (is_long ? 4 : 2));
  }
}

_Noreturn void system_exit(uint32_t code) {
  const struct kasane_device* monitor = NULL;
  for (uint32_t i = 0; i < state.info->device_count; ++i) {
    if (state.devices[i].kind == KASANE_DEVICE_RUN_MONITOR) monitor = &state.devices[i];
  }
  for (;;) {
    if (monitor != NULL) register_write32(monitor->base, KASANE_MONITOR_EXIT, code);
  }
}

// --- Random choices ----------------------------------------------------------------------------------------

/// xorshift64*.
static uint64_t random64(void) {
  uint64_t x = state.random;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  state.random = x;
  return x * UINT64_C(0x2545F4914F6CDD1D);
}

static uint32_t below(uint32_t bound) {
  return (uint32_t)((random64() >> 32) * bound >> 32);
}

static const struct kasane_device* find(uint32_t kind) {
  for (uint32_t i = 0; i < state.info->device_count; ++i) {
    if (state.devices[i].kind == kind) return &state.devices[i];
  }
  return NULL;
}

/// A value such as registers and commands hold: often small, a power of two, all ones, or an address.
static uint64_t value(void) {
  switch (below(6)) {
    case 0:
      return below(8);
    case 1:
      return below(4096);
    case 2:
      return UINT64_C(1) << below(64);
    case 3:
      return ~UINT64_C(0) >> below(64);
    case 4:
      return (uint64_t)state.devices[below(state.info->device_count)].base + below(8192);
    default:
      return random64();
  }
}

/// An offset in a window: mostly where the registers are, mostly aligned.
static uint64_t offset_in(uint64_t window) {
  uint64_t offset = below(4) == 0 ? random64() % window : below(0x40);
  if (below(4) != 0) offset &= ~UINT64_C(3);
  return offset % window;
}

/// Whether a tame program may write `bytes` bytes there: not to its memory, not to the register that ends the
/// run, and nowhere in the boot ROM's way.
static bool may_write(uint64_t address, uint64_t bytes) {
  if (state.wild) return true;
  const struct kasane_device* ram = find(KASANE_DEVICE_RAM);
  const struct kasane_device* monitor = find(KASANE_DEVICE_RUN_MONITOR);
  const uint64_t end = address + bytes;
  const uint64_t exit = monitor->base + KASANE_MONITOR_EXIT;
  const bool in_ram = address < ram->base + ram->bytes && end > ram->base;
  return !in_ram && !(address < exit + 4 && end > exit);
}

// --- Actions -----------------------------------------------------------------------------------------------

static void load(uint64_t address) {
  switch (below(4)) {
    case 0:
      (void)register_read8(address, 0);
      break;
    case 1:
      (void)*(const volatile uint16_t*)address;
      break;
    case 2:
      (void)register_read32(address, 0);
      break;
    default:
      (void)register_read64(address, 0);
  }
}

static void store(uint64_t address, uint64_t word) {
  if (!may_write(address, 8)) return;
  switch (below(6)) {
    case 0:
      register_write8(address, 0, (uint8_t)word);
      break;
    case 1:
      *(volatile uint16_t*)address = (uint16_t)word;
      break;
    case 2:
    case 3:
      register_write32(address, 0, (uint32_t)word);
      break;
    case 4:
      register_write64(address, 0, word);
      break;
    default:
      __asm__ volatile("amoadd.w zero, %0, (%1)" ::"r"(word), "r"(address) : "memory");
  }
}

static void touch_device(void) {
  const struct kasane_device* device = &state.devices[below(state.info->device_count)];
  const uint64_t address = device->base + offset_in(device->bytes);
  if (below(3) == 0) {
    load(address);
  } else {
    store(address, value());
  }
}

/// Anywhere in 64 bits, the edges of the devices' windows, and the places between them.
static void touch_anywhere(void) {
  const struct kasane_device* device = &state.devices[below(state.info->device_count)];
  const uint64_t edges[] = {random64(), random64() >> 32, device->base - 1 - below(8),
                            device->base + device->bytes - 4 + below(8)};
  const uint64_t address = edges[below(4)];
  if (below(2) == 0) {
    load(address);
  } else {
    store(address, value());
  }
}

static void jump_nowhere(void) {
  const uint64_t targets[] = {0,
                              0x50000,
                              0x11000000,
                              find(KASANE_DEVICE_DMA)->base,
                              ~UINT64_C(0) - 1,
                              random64() | UINT64_C(1) << 63};
  const uint64_t target = targets[below(sizeof targets / sizeof targets[0])];
  __asm__ volatile(
      "la t0, 1f\n"
      "la t1, nonsense_resume\n"
      "sd t0, (t1)\n"
      "jr %0\n"
      ".balign 4\n"
      "1:\n" ::"r"(target)
      : "t0", "t1", "memory");
}

static void ring(const struct kasane_device* engine, uint64_t list, uint32_t count) {
  register_write32(engine->base, KASANE_ENGINE_CONTROL, below(2));
  register_write32(engine->base, KASANE_ENGINE_COMMAND_LOW, (uint32_t)list);
  register_write32(engine->base, KASANE_ENGINE_COMMAND_HIGH, (uint32_t)(list >> 32));
  register_write32(engine->base, KASANE_ENGINE_COMMAND_COUNT, count);
  register_fence();
  register_write32(engine->base, KASANE_ENGINE_DOORBELL, 1);
}

static void fill_record(uint8_t* record, uint16_t opcodes) {
  for (unsigned i = 0; i < KASANE_COMMAND_BYTES; ++i) record[i] = 0;
  const struct kasane_command_header header = {.opcode = (uint16_t)below(opcodes),
                                               .layer = (uint16_t)random64()};
  // Words of a command of unknown shape: plausible sizes mostly, as whole garbage is refused at once.
  const unsigned words = below(3) == 0 ? 30 : 20;
  for (unsigned i = 0; i < words; ++i) {
    const uint32_t word = below(8) == 0 ? (uint32_t)value() : below(4) == 0 ? below(2000) : 1 + below(3);
    __builtin_memcpy(record + 8 + i * 4, &word, 4);
  }
  __builtin_memcpy(record, &header, sizeof header);
}

/// A well-formed convolution whose sizes mean nothing: what gets past the first look.
static void fill_convolution(uint8_t* record) {
  const uint32_t side = 1 + below(16);
  struct kasane_ncu_convolution command = {
      .header = {.opcode = (uint16_t)(below(2) + 1), .layer = (uint16_t)below(8)},
      .input_address = below(0x50000),
      .output_address = below(0x50000),
      .weight_address = below(0x28000),
      .parameters_address = below(0x28000),
      .input_channels = 1 + below(20),
      .input_height = side,
      .input_width = side,
      .output_channels = 1 + below(20),
      .output_height = 1 + below(16),
      .output_width = 1 + below(16),
      .input_channel_pitch = side * side,
      .input_row_pitch = side,
      .output_channel_pitch = 256,
      .output_row_pitch = 16,
      .groups = 1,
      .kernel_height = (uint16_t)(1 + below(5)),
      .kernel_width = (uint16_t)(1 + below(5)),
      .stride_height = (uint16_t)(1 + below(3)),
      .stride_width = (uint16_t)(1 + below(3)),
      .dilation_height = 1,
      .dilation_width = 1,
      .pad_top = (uint16_t)below(3),
      .pad_left = (uint16_t)below(3),
      .output_min = -128,
      .output_max = 127,
  };
  __builtin_memcpy(record, &command, sizeof command);
}

/// Copies from anywhere to anywhere; destinations of the tame program stay away from what it needs.
static void fill_copy(uint8_t* record) {
  static const uint32_t places[] = {KASANE_DEVICE_FMM, KASANE_DEVICE_WM, KASANE_DEVICE_DRAM};
  const struct kasane_device* place = find(places[below(3)]);
  struct kasane_dma_copy command = {
      .header = {.opcode = KASANE_DMA_COPY, .layer = (uint16_t)below(8)},
      .source = state.devices[below(state.info->device_count)].base + below(0x2000),
      .destination = place->base + (below(8) == 0 ? place->bytes - below(512) : below(0x10000)),
      .row_bytes = 1 + below(600),
      .rows = 1 + below(8),
      .planes = 1 + below(4),
      .source_row_pitch = below(1000),
      .source_plane_pitch = below(10000),
      .destination_row_pitch = below(1000),
      .destination_plane_pitch = below(10000),
  };
  if (below(4) == 0) command.source = value();
  if (below(8) == 0) command.row_bytes = (uint32_t)value();
  if (state.wild && below(2) == 0) command.destination = value();
  // Too long a copy would leave its memory for somebody else's: the walk stops at the memory's end.
  __builtin_memcpy(record, &command, sizeof command);
}

static void run_commands(void) {
  const struct kasane_device* ncu = find(KASANE_DEVICE_NCU);
  const struct kasane_device* dma = find(KASANE_DEVICE_DMA);
  const bool use_dma = below(2) == 0;
  const uint32_t count = 1 + below(MAX_RECORDS);
  for (uint32_t i = 0; i < count; ++i) {
    uint8_t* record = records + i * KASANE_COMMAND_BYTES;
    if (below(4) == 0) {
      fill_record(record, 8);
      if (use_dma && !state.wild) record[0] = 0;  // its destination may be the program
    } else if (use_dma) {
      fill_copy(record);
    } else {
      fill_convolution(record);
    }
  }
  ring(use_dma ? dma : ncu, below(16) == 0 && state.wild ? value() : (uintptr_t)records,
       below(16) == 0 ? (uint32_t)value() : count);
}

static void switch_power(void) {
  const uint64_t base = find(KASANE_DEVICE_POWER_MANAGER)->base;
  const uint32_t domains = register_read32(base, KASANE_POWER_DOMAIN_COUNT);
  const uint32_t group = KASANE_POWER_DOMAINS + below(domains + 1) * KASANE_POWER_STRIDE;
  register_write32(base, group + KASANE_DOMAIN_POINT, below(3));
  // Mostly on again, so that the engines get something done in between.
  const uint32_t control = below(2) == 0 ? KASANE_DOMAIN_CLOCK | KASANE_DOMAIN_POWER : below(5);
  register_write32(base, group + KASANE_DOMAIN_CONTROL, control);
}

static void lie_to_monitor(void) {
  const uint64_t base = find(KASANE_DEVICE_RUN_MONITOR)->base;
  static const uint32_t offsets[] = {KASANE_MONITOR_IMAGES_TOTAL, KASANE_MONITOR_LAYER, KASANE_MONITOR_OUTPUT,
                                     KASANE_MONITOR_IMAGE_BEGIN, KASANE_MONITOR_IMAGE_END};
  register_write32(base, offsets[below(5)], (uint32_t)value());
}

/// Sleeps, with an alarm a little later.
static void doze(void) {
  const uint64_t base = find(KASANE_DEVICE_CLINT)->base;
  interrupts_disable();  // or the alarm could be taken before the sleep begins
  register_write64(base, KASANE_CLINT_MTIMECMP, register_read64(base, KASANE_CLINT_MTIME) + below(200));
  CSR_SET(mie, MIE_TIMER);
  wait_for_interrupt();
  interrupts_enable();
  ++state.counts.sleeps;
}

static void welcome_interrupts(void) {
  const uint64_t base = find(KASANE_DEVICE_PLIC)->base;
  for (uint32_t source = 1; source < 5; ++source)
    register_write32(base, KASANE_PLIC_PRIORITY + 4 * source, below(4));
  register_write32(base, KASANE_PLIC_ENABLE, below(32));
  register_write32(base, KASANE_PLIC_THRESHOLD, 0);
  CSR_SET(mie, MIE_ALL);
  interrupts_enable();
}

static void act(void) {
  static void (*const actions[])(void) = {touch_device, touch_device,      touch_device, touch_anywhere,
                                          jump_nowhere, run_commands,      switch_power, lie_to_monitor,
                                          doze,         welcome_interrupts};
  actions[below(sizeof actions / sizeof actions[0])]();
}

void nonsense_run(const void* boot_info, bool wild) {
  state.info = boot_info;
  state.devices = (const void*)(state.info + 1);
  state.random = UINT64_C(0x9E3779B97F4A7C15) * (state.info->images + 1);
  state.wild = wild;
  for (unsigned i = 0; i < NONSENSE_ACTIONS; ++i) act();
}

struct nonsense_counts nonsense_counts(void) {
  return state.counts;
}
