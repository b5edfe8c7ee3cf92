/// Prints the frames of addresses read from standard input, as the profiler names them: a line each, the
/// innermost first, joined by semicolons.
#include <iostream>

#include "platform/profile/code_map.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: code_map_probe ELF <addresses\n";
    return 2;
  }
  kasane::profile::CodeMap code;
  code.add_program(argv[1]);
  for (std::uint64_t address = 0; std::cin >> std::hex >> address;) {
    for (auto id = code.inlined_at(address); id != kasane::profile::not_inlined;
         id = code.inlined(id).caller) {
      std::cout << code.names()[code.inlined(id).name] << ';';
    }
    std::cout << code.names()[code.name_of(code.function_at(address).id)] << '\n';
  }
}
