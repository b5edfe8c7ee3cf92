/// Two images in flight: whatever the mix of hits and misses, and however fast the engines are beside the
/// CPU, every image leaves by the exit, with the output and the entropies, that it has when images go one
/// after the other; results come in order; at most two images are under way.
#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <map>
#include <random>

#include "tests/unit/software/exit_package.h"
#include "tests/unit/software/fake_chip.h"

extern "C" {
#include "sw/runtime/image_pipeline.h"
}

namespace kasane {
namespace {

using Image = std::vector<uint8_t>;

struct Outcome {
  uint32_t exit = 0;
  uint32_t predicted = 0;
  std::vector<uint32_t> entropies;
  std::vector<int8_t> output;
  bool operator==(const Outcome&) const = default;
};

Outcome outcome_of(const network& loaded, uint32_t edge, const exit_record& record) {
  const int8_t* output = exit_output(&loaded, record.exit, edge);
  return {record.exit,
          record.predicted,
          {record.entropy_q24, record.entropy_q24 + record.entropies},
          {output, output + exit_classes}};
}

void put_input(const network& loaded, uint32_t edge, const Image& image) {
  std::copy(image.begin(), image.end(), reinterpret_cast<uint8_t*>(loaded.edges[edge].input));
}

using Thresholds = std::array<uint32_t, KASANE_BOOT_THRESHOLDS>;

/// One image after the other, all in software.
class Reference {
 public:
  Reference(const ExitPackage& shape, const Thresholds& thresholds)
      : package_(exit_package(shape)), thresholds_(thresholds) {
    const auto begin = reinterpret_cast<uintptr_t>(memory_.data());
    network_places places{};
    places.fast = {begin, begin + memory_.size()};
    places.one_input = true;
    EXPECT_TRUE(
        network_load(&loaded_, reinterpret_cast<const kasane_package_header*>(package_.data()), &places));
    software_ = executor_of_software(&loaded_);
    monitor_.base = reinterpret_cast<uintptr_t>(registers_.data());
    network_set_up(&loaded_, &software_, &monitor_);
  }

  Outcome classify(const Image& image) {
    const exit_rules rules{&loaded_, thresholds_.data(), nullptr};
    put_input(loaded_, 0, image);
    exit_record record{};
    for (uint32_t exit = 0;; ++exit) {
      const kasane_exit& segment = loaded_.exits[exit];
      const auto result = network_run(&loaded_, &software_, &monitor_, segment.first_step, segment.end_step);
      EXPECT_EQ(result.error, uint32_t{KASANE_ERROR_NONE});
      if (exit_decide(&rules, exit, 0, &record)) return outcome_of(loaded_, 0, record);
    }
  }

 private:
  AlignedBytes package_;
  AlignedBytes memory_{32768};
  AlignedBytes registers_{KASANE_MONITOR_REGISTER_BYTES};
  network loaded_{};
  executor software_{};
  run_monitor monitor_{};
  Thresholds thresholds_;
};

Image random_image(std::mt19937& random) {
  Image image(exit_input_bytes);
  for (auto& pixel : image) pixel = static_cast<uint8_t>(random());
  return image;
}

/// So that about half of the images leave at each exit.
Thresholds median_entropies(const ExitPackage& shape) {
  constexpr size_t images = 101;
  Reference reference(shape, {});
  std::mt19937 random(4);
  std::array<std::vector<uint32_t>, KASANE_BOOT_THRESHOLDS> entropies;
  for (size_t i = 0; i < images; ++i) {
    const Outcome outcome = reference.classify(random_image(random));
    for (size_t e = 0; e < outcome.entropies.size(); ++e) entropies[e].push_back(outcome.entropies[e]);
  }
  Thresholds medians{};
  for (size_t e = 0; e + 1 < shape.segments.size(); ++e) {
    std::sort(entropies[e].begin(), entropies[e].end());
    medians[e] = entropies[e].at(images / 2);
  }
  return medians;
}

/// When the engines work while the CPU has software to do.
enum class Engines : uint8_t { slow, fast, any };

/// The pipeline on a fake chip, and what it told.
class Pipeline {
 public:
  Pipeline(const ExitPackage& shape, const Thresholds& thresholds, Engines pace)
      : chip(exit_package(shape), false),
        thresholds_(thresholds),
        pace_(pace),
        inner_(executor_of_engines(&chip.engines)) {
    EXPECT_EQ(network_set_up(&chip.loaded, &inner_, &chip.monitor).error, uint32_t{KASANE_ERROR_NONE});
    chip.ncu_jobs = 0;
    pipeline_.network = &chip.loaded;
    pipeline_.executor = &outer_;
    pipeline_.monitor = &chip.monitor;
    pipeline_.engines = &chip.engines;
    pipeline_.rules = {&chip.loaded, thresholds_.data(), chip.engines.slots[KASANE_STEP_EXIT_UNIT].engine};
    pipeline_.begin = [](void* context, const pipelined_image* image) {
      static_cast<Pipeline*>(context)->begin(*image);
    };
    pipeline_.end = [](void* context, const pipelined_image* image) {
      static_cast<Pipeline*>(context)->end(*image);
    };
    pipeline_.context = this;
  }

  network_result run(const std::vector<Image>& images) {
    images_ = &images;
    const auto result = image_pipeline_run(&pipeline_, static_cast<uint32_t>(images.size()));
    EXPECT_TRUE(chip.engines_rest());
    EXPECT_TRUE(chip.clocks_gated());
    return result;
  }

  FakeChip chip;
  std::vector<Outcome> outcomes;
  int software_beside_engines = 0;  ///< steps of the CPU during which a front was under way

 private:
  void begin(const pipelined_image& image) {
    let_engines_work();
    EXPECT_EQ(image.image, begun_++);
    EXPECT_LE(begun_ - outcomes.size(), 2U) << "images in flight";
    put_input(chip.loaded, image.edge, (*images_)[image.image]);
    let_engines_work();
  }

  void end(const pipelined_image& image) {
    let_engines_work();
    EXPECT_EQ(image.image, outcomes.size());
    outcomes.push_back(outcome_of(chip.loaded, image.edge, image.record));
  }

  uint32_t step(const network_step* step) {
    if (!network_step_is_software(step)) {
      EXPECT_TRUE(pipeline_.runner.done) << "an engine is started while a front is under way";
      return inner_.run(inner_.context, step);
    }
    let_engines_work();
    software_beside_engines += !pipeline_.runner.done;
    const uint32_t error = inner_.run(inner_.context, step);
    let_engines_work();
    return error;
  }

  void let_engines_work() {
    if (pace_ == Engines::slow) return;
    while (pace_ == Engines::fast || random_() % 2 != 0) {
      if (!chip.work()) return;
    }
  }

  Thresholds thresholds_;
  Engines pace_;
  std::mt19937 random_{3};
  executor inner_;
  executor outer_{
      [](void* self, const network_step* step) { return static_cast<Pipeline*>(self)->step(step); },
      [](void* self) {
        const auto& inner = static_cast<Pipeline*>(self)->inner_;
        inner.pause(inner.context);
      },
      [](void* self) {
        const auto& inner = static_cast<Pipeline*>(self)->inner_;
        inner.rest(inner.context);
      },
      this};
  image_pipeline pipeline_{};
  const std::vector<Image>* images_ = nullptr;
  uint32_t begun_ = 0;
};

/// For each exit some images that leave there.
std::map<uint32_t, std::vector<Image>> images_by_exit(const ExitPackage& shape, const Thresholds& thresholds,
                                                      size_t each) {
  Reference reference(shape, thresholds);
  std::map<uint32_t, std::vector<Image>> found;
  std::mt19937 random(5);
  const auto complete = [&] {
    return found.size() == shape.segments.size() &&
           std::all_of(found.begin(), found.end(),
                       [&](const auto& some) { return some.second.size() == each; });
  };
  for (int tries = 0; tries < 10000 && !complete(); ++tries) {
    const Image image = random_image(random);
    auto& some = found[reference.classify(image).exit];
    if (some.size() < each) some.push_back(image);
  }
  EXPECT_TRUE(complete()) << "no image leaves by some exit";
  return found;
}

const ExitPackage placements[] = {
    {.segments = {Side::engine, Side::cpu}},
    {.segments = {Side::engine, Side::cpu}, .unit = true, .engines_publish = true},
    {.segments = {Side::engine, Side::cpu, Side::engine}},
    {.segments = {Side::engine, Side::engine, Side::cpu}, .unit = true},
    {.segments = {Side::engine, Side::cpu, Side::cpu}, .engines_publish = true},
    {.segments = {Side::engine, Side::cpu, Side::engine, Side::cpu}, .unit = true},
};

std::string name_of(const ExitPackage& shape) {
  std::string name;
  for (const Side side : shape.segments) name += side == Side::engine ? 'E' : 'C';
  return name;
}

/// Every sequence of exits of four images.
void expect_every_mix(const ExitPackage& shape, Engines pace) {
  constexpr uint32_t images = 4;
  const Thresholds thresholds = median_entropies(shape);
  const auto by_exit = images_by_exit(shape, thresholds, images);
  const auto exits = static_cast<uint32_t>(shape.segments.size());
  Reference reference(shape, thresholds);
  uint32_t mixes = 1;
  for (uint32_t i = 0; i < images; ++i) mixes *= exits;
  for (uint32_t mix = 0; mix < mixes; ++mix) {
    std::vector<Image> sequence;
    std::vector<Outcome> expected;
    for (uint32_t i = 0, rest = mix; i < images; ++i, rest /= exits) {
      sequence.push_back(by_exit.at(rest % exits)[i]);
      expected.push_back(reference.classify(sequence.back()));
      ASSERT_EQ(expected.back().exit, rest % exits);
    }
    Pipeline pipeline(shape, thresholds, pace);
    ASSERT_EQ(pipeline.run(sequence).error, uint32_t{KASANE_ERROR_NONE});
    ASSERT_EQ(pipeline.outcomes.size(), images);
    for (uint32_t i = 0; i < images; ++i) {
      auto found = pipeline.outcomes[i];
      if (shape.unit && found.entropies.size() == exits)
        found.entropies.pop_back();  // the unit tells it, too
      ASSERT_EQ(found, expected[i]) << name_of(shape) << ", mix " << mix << ", image " << i;
    }
  }
}

TEST(ImagePipeline, GivesEveryMixOfExitsAsOneAfterTheOtherWould) {
  for (const ExitPackage& shape : placements) {
    for (const Engines pace : {Engines::slow, Engines::fast, Engines::any}) expect_every_mix(shape, pace);
  }
}

TEST(ImagePipeline, EnginesWorkOnTheNextImageWhileTheCpuFinishesAHardOne) {
  const Thresholds thresholds = median_entropies(placements[0]);
  const auto hard = images_by_exit(placements[0], thresholds, 4).at(1);
  Pipeline pipeline(placements[0], thresholds, Engines::slow);
  ASSERT_EQ(pipeline.run(hard).error, uint32_t{KASANE_ERROR_NONE});
  EXPECT_EQ(pipeline.software_beside_engines, 3 * 3);  // three steps each of the first three images
}

TEST(ImagePipeline, TakesNoImageAndOneImage) {
  Pipeline none(placements[0], {}, Engines::any);
  EXPECT_EQ(none.run({}).error, uint32_t{KASANE_ERROR_NONE});
  EXPECT_TRUE(none.outcomes.empty());
  Pipeline one(placements[0], {}, Engines::any);
  EXPECT_EQ(one.run({Image(exit_input_bytes)}).error, uint32_t{KASANE_ERROR_NONE});
  EXPECT_EQ(one.outcomes.size(), 1U);
}

TEST(ImagePipeline, AnErrorInAFrontIsToldWhenItsImagesTurnComes) {
  for (const ExitPackage& shape : placements) {
    const Thresholds thresholds = median_entropies(shape);
    const auto hard =
        images_by_exit(shape, thresholds, 4).at(static_cast<uint32_t>(shape.segments.size()) - 1);
    for (const Engines pace : {Engines::slow, Engines::fast, Engines::any}) {
      Pipeline good(shape, thresholds, pace);
      good.run(hard);
      for (int job = 0; job < good.chip.ncu_jobs; ++job) {
        Pipeline pipeline(shape, thresholds, pace);
        pipeline.chip.ncu_error = KASANE_ERROR_PARAMETER;
        pipeline.chip.failing_job = job;
        const auto result = pipeline.run(hard);
        EXPECT_EQ(result.error, uint32_t{KASANE_ERROR_PARAMETER});
        EXPECT_EQ(pipeline.chip.loaded.steps[result.step].kind, KASANE_STEP_NCU);
        ASSERT_LT(pipeline.outcomes.size(), hard.size());
        for (size_t i = 0; i < pipeline.outcomes.size(); ++i)
          EXPECT_EQ(pipeline.outcomes[i], good.outcomes[i]) << name_of(shape) << ", job " << job;
      }
    }
  }
}

TEST(ImagePipeline, IsOnlyForNetworksWithAFrontAndARest) {
  const auto front = [](const std::vector<Side>& segments) {
    const FakeChip chip(exit_package({.segments = segments}));
    return image_pipeline_front(&chip.loaded);
  };
  EXPECT_EQ(front({Side::engine, Side::cpu}), 1U);
  EXPECT_EQ(front({Side::engine, Side::engine, Side::cpu, Side::engine}), 2U);
  EXPECT_EQ(front({Side::engine, Side::engine}), 0U);
  EXPECT_EQ(front({Side::cpu, Side::engine}), 0U);
  EXPECT_EQ(front({Side::engine}), 0U);
  EXPECT_EQ(front({Side::cpu}), 0U);
  const FakeChip softmax(small_package());
  EXPECT_EQ(image_pipeline_front(&softmax.loaded), 0U);
}

}  // namespace
}  // namespace kasane
