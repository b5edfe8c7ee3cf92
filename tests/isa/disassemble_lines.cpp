/// The disassembler at a command line, for disassembler_test.py.
/// disassemble_lines rows: each row of the hart's tables, "name mask match".
/// disassemble_lines: for each line "address bytes bits" of standard input, numbers hexadecimal, its text.
#include <cstdint>
#include <iostream>
#include <string>

#include "platform/cpu/decode/decoder.h"
#include "platform/cpu/decode/disassembler.h"

int sc_main(int argc, char* argv[]) {
  using namespace kasane::cpu;
  std::cout << std::hex;
  std::cin >> std::hex;
  if (argc > 1 && std::string(argv[1]) == "rows") {
    for (const Instruction* row : all_instructions()) {
      std::cout << row->name << ' ' << row->mask << ' ' << row->match << '\n';
    }
    return 0;
  }
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  std::uint32_t bits = 0;
  while (std::cin >> address >> bytes >> bits) {
    std::cout << disassemble(bits, bytes, address).text() << '\n';
  }
  return 0;
}
