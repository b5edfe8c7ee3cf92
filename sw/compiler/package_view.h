/// Reads a network package on the host and trusts nothing in it.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "kasane/package.h"

namespace kasane {

class PackageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A checked package. The constructor throws PackageError (one line: what, expected) unless magic, version,
/// size, CRC-32, every table, string and step, and the memory that every command touches are within bounds.
class PackageView {
 public:
  /// The bytes must outlive the view.
  explicit PackageView(std::span<const std::uint8_t> bytes);

  const kasane_package_header& header() const { return header_; }
  std::string_view name() const { return string(header_.name_offset); }
  const std::vector<kasane_layer>& layers() const { return layers_; }
  std::string_view layer_name(std::size_t layer) const { return string(layers_.at(layer).name_offset); }
  std::string_view layer_operators(std::size_t layer) const {
    return string(layers_.at(layer).operator_offset);
  }
  const std::vector<kasane_step>& steps() const { return steps_; }
  const std::vector<kasane_exit>& exits() const { return exits_; }
  std::string_view exit_name(std::size_t exit) const { return string(exits_.at(exit).name_offset); }
  /// KASANE_COMMAND_BYTES of command `index`.
  std::span<const std::uint8_t> command(std::size_t index) const;
  std::span<const std::uint8_t> bytes() const { return bytes_; }

 private:
  void check_header();
  void check_section(const char* what, std::uint64_t offset, std::uint64_t bytes) const;
  void check_layers() const;
  void check_steps() const;
  void check_exits() const;
  void check_exit(std::size_t index) const;
  std::string_view string(std::uint32_t offset) const;

  std::span<const std::uint8_t> bytes_;
  kasane_package_header header_{};
  std::vector<kasane_layer> layers_;
  std::vector<kasane_step> steps_;
  std::vector<kasane_exit> exits_;
};

}  // namespace kasane
