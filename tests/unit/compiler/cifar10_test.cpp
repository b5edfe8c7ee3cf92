// CIFAR-10's archive: which pictures in which order, and every way in which it can be damaged.
#include "sw/compiler/cifar10.h"

#include <algorithm>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>
#include <set>
#include <zlib.h>

#include "sw/compiler/jpeg.h"
#include "tests/unit/compiler/picture_archive.h"

namespace kasane {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string read(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Grey levels survive JPEG exactly, so that they tell which picture is which.
std::string grey(std::uint8_t level) {
  return jpeg_file({level, level, level}, 32, 32, 1);
}

class Cifar10 : public ::testing::Test {
 protected:
  Cifar10() {
    const std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    folder_ = std::filesystem::path(::testing::TempDir()) / "kasane_cifar10" / test;
    std::filesystem::create_directories(folder_);
  }

  std::filesystem::path write(const std::vector<Member>& members) {
    const auto file = folder_ / "pictures.tar.gz";
    write_archive(file, members);
    return file;
  }

  /// One picture of each class in both splits.
  static std::vector<Member> smallest() {
    std::vector<Member> members;
    for (const std::string split : {"train", "test"}) {
      for (const std::string& name : cifar10_classes())
        members.push_back(
            {split + "/" + name + "/0000.jpg", grey(static_cast<std::uint8_t>(10 + members.size()))});
    }
    return members;
  }

  /// The smallest archive with one test picture replaced.
  std::filesystem::path with(const std::string& content) {
    std::vector<Member> members = smallest();
    members.back().content = content;
    return write(members);
  }

  static std::string error(const std::filesystem::path& file, std::size_t images = 10,
                           Cifar10Split split = Cifar10Split::test) {
    try {
      load_cifar10(file, split, images);
    } catch (const std::runtime_error& failure) {
      const std::string message = failure.what();
      EXPECT_THAT(message, ::testing::StartsWith(file.string() + ": "));
      EXPECT_THAT(message, Not(HasSubstr("\n")));
      return message;
    }
    return "no error";
  }

  std::filesystem::path folder_;
};

TEST_F(Cifar10, TakesTheFirstOfEveryClassThenTheSecond) {
  // Three pictures a class, in neither order of class nor of name; level = 20 * class + number.
  std::vector<Member> members = {{"test/", ""}, {"readme.txt", "passed over"}};
  for (const int number : {2, 0, 1}) {
    for (int label = 9; label >= 0; --label)
      members.push_back({"set/test/" + cifar10_classes()[label] + "/000" + std::to_string(number) + ".jpg",
                         grey(static_cast<std::uint8_t>(20 * label + number))});
  }
  const Dataset dataset = load_cifar10(write(members), Cifar10Split::test, 23);
  ASSERT_EQ(dataset.images(), 23U);
  ASSERT_EQ(dataset.image_bytes(), 3U * 32 * 32);
  ASSERT_EQ(dataset.pixels.size(), 23 * dataset.image_bytes());
  for (std::size_t image = 0; image < 23; ++image) {
    EXPECT_EQ(dataset.labels[image], image % 10);
    const auto begin = dataset.pixels.begin() + static_cast<std::ptrdiff_t>(image * dataset.image_bytes());
    const std::set<std::uint8_t> levels(begin, begin + static_cast<std::ptrdiff_t>(dataset.image_bytes()));
    EXPECT_THAT(levels, ElementsAre(20 * (image % 10) + image / 10)) << image;
  }
}

TEST_F(Cifar10, SplitsAreApart) {
  const auto file = write(smallest());
  EXPECT_EQ(load_cifar10(file, Cifar10Split::training, 10).pixels.front(), 10);
  EXPECT_EQ(load_cifar10(file, Cifar10Split::test, 10).pixels.front(), 20);
  EXPECT_EQ(load_cifar10(file, Cifar10Split::test, 3).labels, (std::vector<std::uint8_t>{0, 1, 2}));
}

TEST_F(Cifar10, RedComesFirst) {
  const auto file = with(jpeg_file({255, 0, 0}));
  const Dataset dataset = load_cifar10(file, Cifar10Split::test, 10);
  const auto last = dataset.pixels.end() - static_cast<std::ptrdiff_t>(dataset.image_bytes());
  EXPECT_THAT(std::vector<std::uint8_t>(last, last + 1024), Each(::testing::Ge(253)));
  EXPECT_THAT(std::vector<std::uint8_t>(last + 1024, dataset.pixels.end()), Each(::testing::Le(2)));
}

TEST_F(Cifar10, PicturesThatAreNone) {
  const std::string good = grey(7);
  EXPECT_THAT(error(with("\x89PNG\r\n\x1A\n and more")), HasSubstr("test/truck/0000.jpg: no usable JPEG"));
  EXPECT_THAT(error(with("")), HasSubstr("test/truck/0000.jpg: no usable JPEG"));
  EXPECT_THAT(error(with(jpeg_file({1, 2, 3}, 31, 32))), HasSubstr("is 31 x 32 pixels, expected 32 x 32"));
  EXPECT_THAT(error(with(jpeg_file({1, 2, 3}, 2000, 2000, 1))), HasSubstr("expected 32 x 32"));
  EXPECT_THAT(error(with(jpeg_file({1, 2, 3}, 32, 32, 4))), HasSubstr("4 colour components"));
  EXPECT_THAT(error(with(good.substr(0, good.size() - 10))), HasSubstr("damaged JPEG"));
  EXPECT_THAT(error(with(std::string(70000, 'x'))), HasSubstr("expected at most 65536"));
  EXPECT_EQ(error(with(good)), "no error");
}

TEST_F(Cifar10, MembersThatAreNone) {
  for (const auto& [name, says] : std::vector<std::pair<std::string, std::string>>{
           {"test/zebra/0000.jpg", "test/zebra/0000.jpg: is no picture of CIFAR-10"},
           {"validation/cat/0000.jpg", "is no picture of CIFAR-10"},
           {"0000.jpg", "is no picture of CIFAR-10"},
           {"copy/test/cat/0000.jpg", "is there twice"}}) {
    std::vector<Member> members = smallest();
    members.push_back({name, grey(1)});
    EXPECT_THAT(error(write(members)), HasSubstr(says)) << name;
  }
}

TEST_F(Cifar10, TooFewPictures) {
  const auto file = write(smallest());
  EXPECT_THAT(error(file, 11), HasSubstr("has 1 pictures in test/airplane/, expected 2 for 11 images"));
  EXPECT_THAT(error(file, 60000, Cifar10Split::training), HasSubstr("train/airplane/, expected 6000"));
  EXPECT_THAT(error(write({{"notes.txt", "no pictures"}})), HasSubstr("has 0 pictures in test/airplane/"));
}

TEST_F(Cifar10, FilesThatAreNoArchive) {
  EXPECT_THAT(error("/nowhere/pictures.tar.gz"), HasSubstr("which does not come with this repository"));
  EXPECT_THAT(error(folder_), HasSubstr("cannot be opened"));
  const auto file = folder_ / "plain";
  std::ofstream(file) << "neither packed nor an archive";
  EXPECT_THAT(error(file), HasSubstr("gzip"));
  std::ofstream(file, std::ios::trunc) << "";
  EXPECT_THAT(error(file), HasSubstr("gzip"));
}

TEST_F(Cifar10, GzipOfSomethingElse) {
  // A whole gzip file whose content is text: an archive's first member, packed alone.
  const auto file = folder_ / "text.gz";
  gzFile stream = gzopen(file.c_str(), "wb");
  const std::string text(3000, 'a');
  gzwrite(stream, text.data(), static_cast<unsigned>(text.size()));
  gzclose(stream);
  EXPECT_THAT(error(file), HasSubstr("cannot be read as a tar archive"));
}

TEST_F(Cifar10, EveryTruncationIsSeen) {
  const auto file = write(smallest());
  for (std::size_t bytes = std::filesystem::file_size(file); bytes-- > 0;) {
    std::filesystem::resize_file(file, bytes);
    ASSERT_THAT(error(file), HasSubstr("truncated or corrupt")) << bytes;
  }
}

TEST_F(Cifar10, EveryFlippedByteIsSeenOrChangesNothing) {
  const auto file = write(smallest());
  const std::string whole = read(file);
  const Dataset good = load_cifar10(file, Cifar10Split::test, 10);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << damaged;
    // A time stamp, or a copy of zeros from elsewhere among zeros, may differ without consequence; never the
    // checksum and length at the end.
    if (error(file) == "no error") {
      ASSERT_LT(at, whole.size() - 8);
      ASSERT_EQ(load_cifar10(file, Cifar10Split::test, 10).pixels, good.pixels) << at;
    }
  }
}

TEST(Jpeg, DamagedPicturesNeverDoMoreThanThrow) {
  const std::string good = jpeg_file({200, 100, 50});
  std::vector<std::uint8_t> planes(3 * 32 * 32);
  std::size_t refused = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int mask : {0x01, 0x80, 0xFF}) {
      std::vector<std::uint8_t> damaged(good.begin(), good.end());
      damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ mask);
      try {
        decode_jpeg(damaged, 32, 32, planes.data());
      } catch (const std::runtime_error& failure) {
        ++refused;
        EXPECT_GT(std::string(failure.what()).size(), 10U);
      }
    }
  }
  EXPECT_GT(refused, 100U);
}

}  // namespace
}  // namespace kasane
