/// The D extension without loads and stores. Singles are converted to and from here too.
#include "platform/cpu/execute/execute_float.h"

namespace kasane::cpu {
namespace {

using F = ieee::Double;

constexpr auto add_kind = InstructionClass::float_add;
constexpr auto multiply_kind = InstructionClass::float_multiply;
constexpr auto fused_kind = InstructionClass::float_fused;
constexpr auto divide_kind = InstructionClass::float_divide;

// clang-format off
constexpr Instruction rows[] = {
    {"fmadd.d",   0x0600007F, 0x02000043, Format::r4, fused_kind,              compute<F, F, ieee::MultiplyAdd<F, false, false>>},
    {"fmsub.d",   0x0600007F, 0x02000047, Format::r4, fused_kind,              compute<F, F, ieee::MultiplyAdd<F, false, true>>},
    {"fnmsub.d",  0x0600007F, 0x0200004B, Format::r4, fused_kind,              compute<F, F, ieee::MultiplyAdd<F, true, false>>},
    {"fnmadd.d",  0x0600007F, 0x0200004F, Format::r4, fused_kind,              compute<F, F, ieee::MultiplyAdd<F, true, true>>},
    {"fadd.d",    0xFE00007F, 0x02000053, Format::r,  add_kind,                compute<F, F, ieee::Add<F>>},
    {"fsub.d",    0xFE00007F, 0x0A000053, Format::r,  add_kind,                compute<F, F, ieee::Subtract<F>>},
    {"fmul.d",    0xFE00007F, 0x12000053, Format::r,  multiply_kind,           compute<F, F, ieee::Multiply<F>>},
    {"fdiv.d",    0xFE00007F, 0x1A000053, Format::r,  divide_kind,             compute<F, F, ieee::Divide<F>>},
    {"fsqrt.d",   0xFFF0007F, 0x5A000053, Format::r,  divide_kind,             compute<F, F, ieee::SquareRoot<F>>},
    {"fsgnj.d",   0xFE00707F, 0x22000053, Format::r,  add_kind,                inject_sign<F, ieee::copy_sign<F>>},
    {"fsgnjn.d",  0xFE00707F, 0x22001053, Format::r,  add_kind,                inject_sign<F, ieee::copy_opposite_sign<F>>},
    {"fsgnjx.d",  0xFE00707F, 0x22002053, Format::r,  add_kind,                inject_sign<F, ieee::multiply_sign<F>>},
    {"fmin.d",    0xFE00707F, 0x2A000053, Format::r,  add_kind,                choose<F, ieee::minimum<F>>},
    {"fmax.d",    0xFE00707F, 0x2A001053, Format::r,  add_kind,                choose<F, ieee::maximum<F>>},
    {"fle.d",     0xFE00707F, 0xA2000053, Format::r,  add_kind,                compare<F, host_less_or_equal, ieee::less_or_equal<F>>},
    {"flt.d",     0xFE00707F, 0xA2001053, Format::r,  add_kind,                compare<F, host_less, ieee::less<F>>},
    {"feq.d",     0xFE00707F, 0xA2002053, Format::r,  add_kind,                compare<F, host_equal, ieee::equal<F>>},
    {"fclass.d",  0xFFF0707F, 0xE2001053, Format::r,  add_kind,                classify<F>},
    {"fcvt.w.d",  0xFFF0007F, 0xC2000053, Format::r,  add_kind,                to_integer<F, std::int32_t>},
    {"fcvt.wu.d", 0xFFF0007F, 0xC2100053, Format::r,  add_kind,                to_integer<F, std::uint32_t>},
    {"fcvt.l.d",  0xFFF0007F, 0xC2200053, Format::r,  add_kind,                to_integer<F, std::int64_t>},
    {"fcvt.lu.d", 0xFFF0007F, 0xC2300053, Format::r,  add_kind,                to_integer<F, std::uint64_t>},
    {"fcvt.d.w",  0xFFF0007F, 0xD2000053, Format::r,  add_kind,                from_integer<F, std::int32_t>},
    {"fcvt.d.wu", 0xFFF0007F, 0xD2100053, Format::r,  add_kind,                from_integer<F, std::uint32_t>},
    {"fcvt.d.l",  0xFFF0007F, 0xD2200053, Format::r,  add_kind,                from_integer<F, std::int64_t>},
    {"fcvt.d.lu", 0xFFF0007F, 0xD2300053, Format::r,  add_kind,                from_integer<F, std::uint64_t>},
    {"fmv.x.d",   0xFFF0707F, 0xE2000053, Format::r,  add_kind,                move_to_integer<F>},
    {"fmv.d.x",   0xFFF0707F, 0xF2000053, Format::r,  add_kind,                move_from_integer<F>},
    {"fcvt.s.d",  0xFFF0007F, 0x40100053, Format::r,  add_kind,                compute<ieee::Double, ieee::Single, ieee::Narrow>},
    {"fcvt.d.s",  0xFFF0007F, 0x42000053, Format::r,  add_kind,                compute<ieee::Single, ieee::Double, ieee::Widen>},
};
// clang-format on

}  // namespace

std::span<const Instruction> double_instructions() {
  return rows;
}

}  // namespace kasane::cpu
