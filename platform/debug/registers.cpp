#include "platform/debug/registers.h"

#include "platform/cpu/csr/csr_names.h"
#include "platform/cpu/debug/register_names.h"

namespace kasane::gdb {
namespace {

constexpr std::uint32_t first_float = 33;
constexpr std::uint32_t first_csr = 65;
constexpr std::uint32_t csrs = 4096;
constexpr std::uint32_t privilege_mode = first_csr + csrs;
constexpr std::uint32_t first_float_csr = 1;  // fflags, frm, fcsr: GDB expects them among the FPU's registers
constexpr std::uint32_t last_float_csr = 3;

using cpu::float_register_names;
using cpu::integer_register_names;

/// QEMU's description calls it so, and GDB knows s0 as another name of it.
constexpr std::uint32_t frame_pointer = 8;

bool in_range(std::uint64_t number, std::uint64_t first, std::uint64_t count) {
  return number >= first && number - first < count;
}

bool is_float_csr(std::uint32_t csr) {
  return csr >= first_float_csr && csr <= last_float_csr;
}

std::string line(const std::string& name, std::uint32_t number, const std::string& more) {
  return "  <reg name=\"" + name + "\" bitsize=\"64\" regnum=\"" + std::to_string(number) + "\"" + more +
         "/>\n";
}

std::string feature(const std::string& name, const std::string& content) {
  return "<feature name=\"org.gnu.gdb.riscv." + name + "\">\n" + content + "</feature>\n";
}

std::string integer_registers() {
  std::string lines;
  for (std::uint32_t number = 0; number < integer_register_names.size(); ++number) {
    const bool code = number == 1;
    const bool data = number >= 2 && number <= 4;
    lines += line(number == frame_pointer ? "fp" : integer_register_names[number], number,
                  code   ? " type=\"code_ptr\""
                  : data ? " type=\"data_ptr\""
                         : "");
  }
  return lines + line("pc", program_counter, " type=\"code_ptr\"");
}

std::string float_registers() {
  std::string lines =
      "  <union id=\"riscv_double\"><field name=\"float\" type=\"ieee_single\"/>"
      "<field name=\"double\" type=\"ieee_double\"/></union>\n";
  for (std::uint32_t number = 0; number < float_register_names.size(); ++number) {
    lines +=
        line(float_register_names[number], first_float + number, " type=\"riscv_double\" group=\"float\"");
  }
  for (std::uint32_t csr = first_float_csr; csr <= last_float_csr; ++csr) {
    lines += line(cpu::csr_name(csr), first_csr + csr, " group=\"float\"");
  }
  return lines;
}

std::string control_registers(const DebugPort& hart, bool has_floats) {
  std::string lines;
  for (std::uint32_t csr = 0; csr < csrs; ++csr) {
    if ((has_floats && is_float_csr(csr)) || !hart.read_csr(csr)) continue;
    const std::string name = cpu::csr_name(csr);
    const bool is_named = cpu::csr_number(name).has_value();
    lines += line(is_named ? name : "csr" + std::to_string(csr), first_csr + csr, " group=\"csr\"");
  }
  return lines;
}

}  // namespace

std::optional<std::uint64_t> read_register(const DebugPort& hart, std::uint64_t number) {
  const auto index = static_cast<std::uint32_t>(number);
  if (in_range(number, 0, integer_register_names.size())) return hart.read_x(index);
  if (number == program_counter) return hart.pc();
  if (in_range(number, first_float, float_register_names.size())) return hart.read_f(index - first_float);
  if (in_range(number, first_csr, csrs)) return hart.read_csr(index - first_csr);
  if (number == privilege_mode) return static_cast<std::uint64_t>(hart.privilege());
  return std::nullopt;
}

bool write_register(DebugPort& hart, std::uint64_t number, std::uint64_t value) {
  const auto index = static_cast<std::uint32_t>(number);
  if (in_range(number, first_float, float_register_names.size()))
    return hart.write_f(index - first_float, value);
  if (in_range(number, first_csr, csrs)) return hart.write_csr(index - first_csr, value);
  if (number == program_counter) {
    hart.set_pc(value);
  } else if (in_range(number, 0, integer_register_names.size())) {
    hart.write_x(index, value);
  } else {
    return false;
  }
  return true;
}

std::string target_description(const DebugPort& hart) {
  const bool has_floats = hart.read_f(0).has_value();
  std::string text =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target>\n"
      "<architecture>riscv:rv64</architecture>\n" +
      feature("cpu", integer_registers());
  if (has_floats) text += feature("fpu", float_registers());
  text += feature("csr", control_registers(hart, has_floats));
  text += feature("virtual", line("priv", privilege_mode, ""));
  return text + "</target>\n";
}

}  // namespace kasane::gdb
