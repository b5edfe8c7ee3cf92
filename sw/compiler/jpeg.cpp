#include "sw/compiler/jpeg.h"

// The system's jpeglib.h uses FILE and size_t without declaring them.
#include <array>
#include <csetjmp>
#include <cstdio>
#include <jpeglib.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace kasane {
namespace {

constexpr int colours = 3;

/// libjpeg reports errors by a callback that must not return: it jumps back to decode(), past libjpeg's own
/// frames only. Those, and decode(), hold no C++ object that would need its destructor.
class Decoder {
 public:
  Decoder() {
    info_.err = jpeg_std_error(&errors_);
    info_.client_data = this;
    errors_.error_exit = [](j_common_ptr info) { of(info)->bail_out(); };
    // Level -1 is a warning: the data are damaged and libjpeg would go on with a guess.
    errors_.emit_message = [](j_common_ptr info, int level) {
      if (level < 0) of(info)->bail_out();
    };
  }
  ~Decoder() { jpeg_destroy_decompress(&info_); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Opens the file and reads its header; false: see message().
  bool open(std::span<const std::uint8_t> file) {
    if (setjmp(return_) != 0) return false;
    jpeg_create_decompress(&info_);
    jpeg_mem_src(&info_, file.data(), file.size());
    jpeg_read_header(&info_, TRUE);
    return true;
  }

  std::uint32_t height() const { return info_.image_height; }
  std::uint32_t width() const { return info_.image_width; }
  int components() const { return info_.num_components; }

  /// Decodes to rows of interleaved colours; false: see message().
  bool decode(std::uint8_t* pixels) {
    if (setjmp(return_) != 0) return false;
    info_.out_color_space = JCS_RGB;
    jpeg_start_decompress(&info_);
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW row = pixels + std::size_t{info_.output_scanline} * info_.output_width * colours;
      jpeg_read_scanlines(&info_, &row, 1);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

  std::string message() const { return message_.data(); }

 private:
  static Decoder* of(j_common_ptr info) { return static_cast<Decoder*>(info->client_data); }

  [[noreturn]] void bail_out() {
    errors_.format_message(reinterpret_cast<j_common_ptr>(&info_), message_.data());
    std::longjmp(return_, 1);
  }

  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  std::jmp_buf return_{};
  std::array<char, JMSG_LENGTH_MAX> message_{};
};

std::string size_text(std::uint32_t height, std::uint32_t width) {
  return std::to_string(width) + " x " + std::to_string(height);
}

}  // namespace

void decode_jpeg(std::span<const std::uint8_t> file, std::uint32_t height, std::uint32_t width,
                 std::uint8_t* planes) {
  Decoder decoder;
  if (!decoder.open(file)) throw std::runtime_error("no usable JPEG picture: " + decoder.message());
  if (decoder.height() != height || decoder.width() != width) {
    throw std::runtime_error("is " + size_text(decoder.height(), decoder.width()) + " pixels, expected " +
                             size_text(height, width));
  }
  if (decoder.components() != 1 && decoder.components() != colours) {
    throw std::runtime_error("has " + std::to_string(decoder.components()) +
                             " colour components, expected 1 (grey) or 3");
  }
  const std::size_t plane = std::size_t{height} * width;
  std::vector<std::uint8_t> pixels(plane * colours);
  if (!decoder.decode(pixels.data())) throw std::runtime_error("damaged JPEG picture: " + decoder.message());
  for (std::size_t pixel = 0; pixel < plane; ++pixel) {
    for (std::size_t colour = 0; colour < colours; ++colour)
      planes[colour * plane + pixel] = pixels[pixel * colours + colour];
  }
}

}  // namespace kasane
