/// The F extension without loads and stores.
#include "platform/cpu/execute/execute_float.h"

namespace kasane::cpu {
namespace {

using F = ieee::Single;

constexpr auto add_kind = InstructionClass::float_add;
constexpr auto multiply_kind = InstructionClass::float_multiply;
constexpr auto fused_kind = InstructionClass::float_fused;
constexpr auto divide_kind = InstructionClass::float_divide;

// clang-format off
constexpr Instruction rows[] = {
    {"fmadd.s",   0x0600007F, 0x00000043, Format::r4, fused_kind,              compute<F, F, ieee::MultiplyAdd<F, false, false>>},
    {"fmsub.s",   0x0600007F, 0x00000047, Format::r4, fused_kind,              compute<F, F, ieee::MultiplyAdd<F, false, true>>},
    {"fnmsub.s",  0x0600007F, 0x0000004B, Format::r4, fused_kind,              compute<F, F, ieee::MultiplyAdd<F, true, false>>},
    {"fnmadd.s",  0x0600007F, 0x0000004F, Format::r4, fused_kind,              compute<F, F, ieee::MultiplyAdd<F, true, true>>},
    {"fadd.s",    0xFE00007F, 0x00000053, Format::r,  add_kind,                compute<F, F, ieee::Add<F>>},
    {"fsub.s",    0xFE00007F, 0x08000053, Format::r,  add_kind,                compute<F, F, ieee::Subtract<F>>},
    {"fmul.s",    0xFE00007F, 0x10000053, Format::r,  multiply_kind,           compute<F, F, ieee::Multiply<F>>},
    {"fdiv.s",    0xFE00007F, 0x18000053, Format::r,  divide_kind,             compute<F, F, ieee::Divide<F>>},
    {"fsqrt.s",   0xFFF0007F, 0x58000053, Format::r,  divide_kind,             compute<F, F, ieee::SquareRoot<F>>},
    {"fsgnj.s",   0xFE00707F, 0x20000053, Format::r,  add_kind,                inject_sign<F, ieee::copy_sign<F>>},
    {"fsgnjn.s",  0xFE00707F, 0x20001053, Format::r,  add_kind,                inject_sign<F, ieee::copy_opposite_sign<F>>},
    {"fsgnjx.s",  0xFE00707F, 0x20002053, Format::r,  add_kind,                inject_sign<F, ieee::multiply_sign<F>>},
    {"fmin.s",    0xFE00707F, 0x28000053, Format::r,  add_kind,                choose<F, ieee::minimum<F>>},
    {"fmax.s",    0xFE00707F, 0x28001053, Format::r,  add_kind,                choose<F, ieee::maximum<F>>},
    {"fle.s",     0xFE00707F, 0xA0000053, Format::r,  add_kind,                compare<F, host_less_or_equal, ieee::less_or_equal<F>>},
    {"flt.s",     0xFE00707F, 0xA0001053, Format::r,  add_kind,                compare<F, host_less, ieee::less<F>>},
    {"feq.s",     0xFE00707F, 0xA0002053, Format::r,  add_kind,                compare<F, host_equal, ieee::equal<F>>},
    {"fclass.s",  0xFFF0707F, 0xE0001053, Format::r,  add_kind,                classify<F>},
    {"fcvt.w.s",  0xFFF0007F, 0xC0000053, Format::r,  add_kind,                to_integer<F, std::int32_t>},
    {"fcvt.wu.s", 0xFFF0007F, 0xC0100053, Format::r,  add_kind,                to_integer<F, std::uint32_t>},
    {"fcvt.l.s",  0xFFF0007F, 0xC0200053, Format::r,  add_kind,                to_integer<F, std::int64_t>},
    {"fcvt.lu.s", 0xFFF0007F, 0xC0300053, Format::r,  add_kind,                to_integer<F, std::uint64_t>},
    {"fcvt.s.w",  0xFFF0007F, 0xD0000053, Format::r,  add_kind,                from_integer<F, std::int32_t>},
    {"fcvt.s.wu", 0xFFF0007F, 0xD0100053, Format::r,  add_kind,                from_integer<F, std::uint32_t>},
    {"fcvt.s.l",  0xFFF0007F, 0xD0200053, Format::r,  add_kind,                from_integer<F, std::int64_t>},
    {"fcvt.s.lu", 0xFFF0007F, 0xD0300053, Format::r,  add_kind,                from_integer<F, std::uint64_t>},
    {"fmv.x.w",   0xFFF0707F, 0xE0000053, Format::r,  add_kind,                move_to_integer<F>},
    {"fmv.w.x",   0xFFF0707F, 0xF0000053, Format::r,  add_kind,                move_from_integer<F>},
};
// clang-format on

}  // namespace

std::span<const Instruction> float_instructions() {
  return rows;
}

}  // namespace kasane::cpu
