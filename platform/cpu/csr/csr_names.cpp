#include "platform/cpu/csr/csr_names.h"

#include <cstdio>

namespace kasane::cpu {
namespace {

/// A register, or several with a number behind their name: `first` is the number of the first one.
struct CsrName {
  const char* name;
  std::uint32_t number;
  std::uint32_t count = 1;
  std::uint32_t first = 0;
};

// clang-format off
constexpr CsrName names[] = {
    {"fflags", 0x001}, {"frm", 0x002}, {"fcsr", 0x003},
    {"sstatus", 0x100}, {"sie", 0x104}, {"stvec", 0x105}, {"scounteren", 0x106}, {"senvcfg", 0x10A},
    {"sscratch", 0x140}, {"sepc", 0x141}, {"scause", 0x142}, {"stval", 0x143}, {"sip", 0x144},
    {"satp", 0x180},
    {"mstatus", 0x300}, {"misa", 0x301}, {"medeleg", 0x302}, {"mideleg", 0x303}, {"mie", 0x304},
    {"mtvec", 0x305}, {"mcounteren", 0x306}, {"menvcfg", 0x30A}, {"mcountinhibit", 0x320},
    {"mhpmevent", 0x323, 29, 3},
    {"mscratch", 0x340}, {"mepc", 0x341}, {"mcause", 0x342}, {"mtval", 0x343}, {"mip", 0x344},
    {"pmpcfg", 0x3A0, 16, 0}, {"pmpaddr", 0x3B0, 64, 0},
    {"tselect", 0x7A0}, {"tdata", 0x7A1, 3, 1}, {"tinfo", 0x7A4},
    {"dcsr", 0x7B0}, {"dpc", 0x7B1}, {"dscratch", 0x7B2, 2, 0},
    {"mcycle", 0xB00}, {"minstret", 0xB02}, {"mhpmcounter", 0xB03, 29, 3},
    {"cycle", 0xC00}, {"time", 0xC01}, {"instret", 0xC02}, {"hpmcounter", 0xC03, 29, 3},
    {"mvendorid", 0xF11}, {"marchid", 0xF12}, {"mimpid", 0xF13}, {"mhartid", 0xF14}, {"mconfigptr", 0xF15},
};
// clang-format on

std::string name_at(const CsrName& entry, std::uint32_t index) {
  return entry.count == 1 ? entry.name : entry.name + std::to_string(entry.first + index);
}

}  // namespace

std::string csr_name(std::uint32_t number) {
  for (const CsrName& entry : names) {
    if (number >= entry.number && number < entry.number + entry.count)
      return name_at(entry, number - entry.number);
  }
  char text[16];
  std::snprintf(text, sizeof(text), "0x%x", number);
  return text;
}

std::optional<std::uint32_t> csr_number(const std::string& name) {
  for (const CsrName& entry : names) {
    for (std::uint32_t index = 0; index < entry.count; ++index) {
      if (name_at(entry, index) == name) return entry.number + index;
    }
  }
  return std::nullopt;
}

}  // namespace kasane::cpu
