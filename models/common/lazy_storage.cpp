#include "models/common/lazy_storage.h"

#include <stdexcept>
#include <string>
#include <sys/mman.h>

namespace kasane {

LazyStorage::LazyStorage(std::uint64_t bytes) : data_(nullptr), bytes_(bytes) {
  if (bytes == 0) throw std::invalid_argument("memory: expected a size above 0 bytes");
  void* const mapped =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    throw std::invalid_argument("memory: the host cannot reserve " + std::to_string(bytes) + " bytes");
  }
  data_ = static_cast<std::uint8_t*>(mapped);
}

LazyStorage::~LazyStorage() {
  munmap(data_, bytes_);
}

void LazyStorage::clear() {
  madvise(data_, bytes_, MADV_DONTNEED);  // private anonymous pages read as zeros afterwards
}

}  // namespace kasane
