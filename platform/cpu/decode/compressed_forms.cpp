/// What compressed instructions are called. How they are executed is expand()'s to say.
#include "platform/cpu/decode/disassembler.h"

namespace kasane::cpu {
namespace {

using enum CompressedForm::Operands;

// The first that fits counts: narrower ones stand before wider ones.
// clang-format off
constexpr CompressedForm forms[] = {
    {"c.addi4spn", 0xE003, 0x0000, rd_rs1_immediate},
    {"c.fld",      0xE003, 0x2000, rd_memory},
    {"c.lw",       0xE003, 0x4000, rd_memory},
    {"c.ld",       0xE003, 0x6000, rd_memory},
    {"c.fsd",      0xE003, 0xA000, rs2_memory},
    {"c.sw",       0xE003, 0xC000, rs2_memory},
    {"c.sd",       0xE003, 0xE000, rs2_memory},

    {"c.addi",     0xE003, 0x0001, rd_immediate},
    {"c.addiw",    0xE003, 0x2001, rd_immediate},
    {"c.li",       0xE003, 0x4001, rd_immediate},
    {"c.addi16sp", 0xEF83, 0x6101, rd_immediate},
    {"c.lui",      0xE003, 0x6001, rd_upper},
    {"c.srli64",   0xFC7F, 0x8001, rd},  // by 0: a hint
    {"c.srai64",   0xFC7F, 0x8401, rd},
    {"c.srli",     0xEC03, 0x8001, rd_shift},
    {"c.srai",     0xEC03, 0x8401, rd_shift},
    {"c.andi",     0xEC03, 0x8801, rd_immediate},
    {"c.sub",      0xFC63, 0x8C01, rd_rs2},
    {"c.xor",      0xFC63, 0x8C21, rd_rs2},
    {"c.or",       0xFC63, 0x8C41, rd_rs2},
    {"c.and",      0xFC63, 0x8C61, rd_rs2},
    {"c.subw",     0xFC63, 0x9C01, rd_rs2},
    {"c.addw",     0xFC63, 0x9C21, rd_rs2},
    {"c.j",        0xE003, 0xA001, target},
    {"c.beqz",     0xE003, 0xC001, rs1_target},
    {"c.bnez",     0xE003, 0xE001, rs1_target},

    {"c.slli64",   0xF07F, 0x0002, rd},
    {"c.slli",     0xE003, 0x0002, rd_shift},
    {"c.fldsp",    0xE003, 0x2002, rd_memory},
    {"c.lwsp",     0xE003, 0x4002, rd_memory},
    {"c.ldsp",     0xE003, 0x6002, rd_memory},
    {"c.ebreak",   0xFFFF, 0x9002, none},
    {"c.jr",       0xF07F, 0x8002, rs1},
    {"c.jalr",     0xF07F, 0x9002, rs1},
    {"c.mv",       0xF003, 0x8002, rd_rs2},
    {"c.add",      0xF003, 0x9002, rd_rs2},
    {"c.fsdsp",    0xE003, 0xA002, rs2_memory},
    {"c.swsp",     0xE003, 0xC002, rs2_memory},
    {"c.sdsp",     0xE003, 0xE002, rs2_memory},
};
// clang-format on

}  // namespace

const CompressedForm* compressed_form(std::uint16_t bits) {
  for (const CompressedForm& form : forms) {
    if ((bits & form.mask) == form.match) return &form;
  }
  return nullptr;
}

}  // namespace kasane::cpu
