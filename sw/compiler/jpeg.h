/// Decodes JPEG pictures with libjpeg-turbo.
#pragma once

#include <cstdint>
#include <span>

namespace kasane {

/// Writes the picture's red, green and blue plane, height x width bytes each; a grey picture gives three
/// equal planes. Throws std::runtime_error, without a file's name, if `file` is no flawless JPEG file of
/// exactly this size; `planes` is undefined then.
void decode_jpeg(std::span<const std::uint8_t> file, std::uint32_t height, std::uint32_t width,
                 std::uint8_t* planes);

}  // namespace kasane
