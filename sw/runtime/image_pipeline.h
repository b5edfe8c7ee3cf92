/// Two images in flight: while the CPU finishes one, the engines run the front of the next. Results come in
/// order.
///
///   engines  front 0   front 1      front 2    front 3
///   CPU      begin 1   rest of 0 ·  begin 2  · rest of 1 · begin 3 ...
///
/// The front is the leading run of segments that only engines carry out; it is decided at its exits by the
/// interrupt service routine. A hit leaves there; a miss goes on where the front ends: first the copies that
/// engines make for the CPU, then the next image's front starts, then the CPU works. Steps of engines behind
/// that wait until that front is done; only what the DMA engine would copy within ordinary memory, the CPU
/// copies.
#ifndef KASANE_RUNTIME_IMAGE_PIPELINE_H
#define KASANE_RUNTIME_IMAGE_PIPELINE_H

#include "sw/runtime/exit_decision.h"
#include "sw/runtime/segment_runner.h"

struct pipelined_image {
  uint32_t image;
  uint32_t edge;              ///< of the network: where its input goes and its outputs come from
  struct exit_record record;  ///< complete when the image ends
  bool left;                  ///< at an exit of the front
};

/// What the application does with an image; the pipeline's user sets all of it but the last group.
struct image_pipeline {
  const struct network* network;  ///< loaded with room for two inputs
  const struct executor* executor;
  const struct run_monitor* monitor;
  struct engine_executor* engines;  ///< what `executor` drives
  struct exit_rules rules;
  void (*begin)(void* context, const struct pipelined_image* image);  ///< puts its input into place
  void (*end)(void* context, const struct pipelined_image* image);    ///< its result is there
  void* context;

  struct segment_runner runner;
  struct pipelined_image images[NETWORK_EDGES];
  struct pipelined_image* in_front;  ///< the one whose front is under way or was last
  uint32_t front_exits;
};

/// How many segments the front has; 0 if the pipeline can do nothing for the network: it has no front, or
/// nothing but a front, or steps that need the first of the network's edges.
uint32_t image_pipeline_front(const struct network* network);

/// Images 0 ... count - 1 of a network that has a front. Stops at the first error, once the engines rest:
/// results of the images before have been given.
struct network_result image_pipeline_run(struct image_pipeline* pipeline, uint32_t count);

#endif
