#include "models/common/window_span.h"

#include <algorithm>

namespace kasane {

WindowSpan window_span(const WindowAxis& axis, std::uint32_t first, std::uint32_t outputs) {
  const auto length = static_cast<std::int64_t>(axis.extent(outputs));
  const std::int64_t size = axis.size;
  const std::int64_t at = std::int64_t{first} * axis.stride - axis.pad;
  const std::int64_t begin = std::clamp<std::int64_t>(at, 0, size);
  const std::int64_t end = std::clamp<std::int64_t>(at + length, 0, size);
  return {.length = static_cast<std::uint32_t>(length),
          .before = static_cast<std::uint32_t>(std::min(begin - at, length)),
          .begin = static_cast<std::uint32_t>(begin),
          .inside = static_cast<std::uint32_t>(end - begin)};
}

}  // namespace kasane
