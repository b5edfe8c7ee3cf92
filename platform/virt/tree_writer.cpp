#include "platform/virt/tree_writer.h"

#include <libfdt.h>
#include <stdexcept>

namespace kasane {
namespace {

constexpr std::size_t first_bytes = 4096;

std::string big_endian(std::initializer_list<std::uint32_t> values) {
  std::string bytes;
  for (const std::uint32_t value : values) {
    for (unsigned shift = 32; shift > 0; shift -= 8) bytes += static_cast<char>(value >> (shift - 8));
  }
  return bytes;
}

}  // namespace

template <typename Function>
void TreeWriter::write(Function function) {
  int result = function();
  while (result == -FDT_ERR_NOSPACE) {
    std::vector<std::uint8_t> larger(2 * blob_.size());
    if (fdt_resize(blob_.data(), larger.data(), static_cast<int>(larger.size())) != 0) break;
    blob_ = std::move(larger);
    result = function();
  }
  if (result < 0) throw std::logic_error(std::string("device tree: ") + fdt_strerror(result));
}

TreeWriter::TreeWriter() : blob_(first_bytes) {
  write([this] { return fdt_create(blob_.data(), static_cast<int>(blob_.size())); });
  write([this] { return fdt_finish_reservemap(blob_.data()); });
  begin("");
}

void TreeWriter::begin(const std::string& node) {
  write([&] { return fdt_begin_node(blob_.data(), node.c_str()); });
}

void TreeWriter::end() {
  write([this] { return fdt_end_node(blob_.data()); });
}

void TreeWriter::property(const char* name, const void* data, std::size_t bytes) {
  write([&] { return fdt_property(blob_.data(), name, data, static_cast<int>(bytes)); });
}

void TreeWriter::flag(const char* name) {
  property(name, nullptr, 0);
}

void TreeWriter::text(const char* name, const std::string& value) {
  property(name, value.c_str(), value.size() + 1);
}

void TreeWriter::texts(const char* name, std::initializer_list<std::string_view> values) {
  std::string list;
  for (const std::string_view value : values) list.append(value).push_back('\0');
  property(name, list.data(), list.size());
}

void TreeWriter::cells(const char* name, std::initializer_list<std::uint32_t> values) {
  const std::string bytes = big_endian(values);
  property(name, bytes.data(), bytes.size());
}

void TreeWriter::reg(std::uint64_t address, std::uint64_t bytes) {
  const auto high = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); };
  const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  cells("reg", {high(address), low(address), high(bytes), low(bytes)});
}

std::vector<std::uint8_t> TreeWriter::finish() {
  end();
  write([this] { return fdt_finish(blob_.data()); });
  blob_.resize(fdt_totalsize(blob_.data()));
  return std::move(blob_);
}

}  // namespace kasane
