/// Writes a flattened device tree front to back: libfdt's sequential functions with growing memory.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace kasane {

class TreeWriter {
 public:
  TreeWriter();

  void begin(const std::string& node);
  void end();

  void flag(const char* name);
  void text(const char* name, const std::string& value);
  void texts(const char* name, std::initializer_list<std::string_view> values);
  void cells(const char* name, std::initializer_list<std::uint32_t> values);
  /// Two cells of address and two of size.
  void reg(std::uint64_t address, std::uint64_t bytes);

  /// Ends the root node and gives the finished tree.
  std::vector<std::uint8_t> finish();

 private:
  void property(const char* name, const void* data, std::size_t bytes);
  /// Calls a function of libfdt, with more memory where it has too little.
  template <typename Function>
  void write(Function function);

  std::vector<std::uint8_t> blob_;
};

}  // namespace kasane
