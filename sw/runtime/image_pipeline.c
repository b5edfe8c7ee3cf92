#include "sw/runtime/image_pipeline.h"

#include "sw/runtime/software_executor.h"

uint32_t image_pipeline_front(const struct network* network) {
  const uint32_t exits = network->header.exit_count;
  uint32_t front = 0;
  for (uint32_t exit = 0, i = network->header.setup_step_count; exit < exits; ++exit) {
    bool engines_only = true;
    for (; i < network->exits[exit].end_step; ++i) {
      if (network->steps[i].kind == KASANE_STEP_CPU) return 0;
      engines_only &= !network_step_is_software(&network->steps[i]);
    }
    if (engines_only && front == exit) ++front;
  }
  return front < exits ? front : 0;
}

static struct step_span segment(const struct network* network, uint32_t exit) {
  return (struct step_span){network->exits[exit].first_step, network->exits[exit].end_step};
}

/// At the end of a segment of the front, in the interrupt service routine.
static bool decide_in_front(void* context, struct step_span* span) {
  struct image_pipeline* self = context;
  struct pipelined_image* image = self->in_front;
  const uint32_t exit = image->record.exit;
  image->left = exit_decide(&self->rules, exit, image->edge, &image->record);
  if (image->left || exit + 1 == self->front_exits) return false;
  image->record.exit = exit + 1;
  *span = segment(self->network, exit + 1);
  return true;
}

static struct pipelined_image* flight_of(struct image_pipeline* self, uint32_t image) {
  return &self->images[image % NETWORK_EDGES];
}

static void begin(struct image_pipeline* self, uint32_t image) {
  struct pipelined_image* flight = flight_of(self, image);
  *flight = (struct pipelined_image){.image = image, .edge = image % NETWORK_EDGES};
  self->begin(self->context, flight);
}

static void start_front(struct image_pipeline* self, uint32_t image) {
  const struct network* network = self->network;
  self->in_front = flight_of(self, image);
  network_use_edges(network, network->header.setup_step_count, network->exits[self->front_exits - 1].end_step,
                    self->in_front->edge);
  segment_runner_start(&self->runner, segment(network, 0));
}

/// Whether a step needs what belongs to the runner while a front is under way.
static bool needs_engines(const struct image_pipeline* self, const struct network_step* step) {
  return !network_step_is_software(step) || engine_executor_domains(self->engines, step) != 0;
}

static struct network_result run(const struct image_pipeline* self, struct step_span span) {
  return network_run(self->network, self->executor, self->monitor, span.begin, span.end);
}

/// What the engines do at the beginning of the rest: the next front must not start before.
static struct step_span hand_over(const struct image_pipeline* self) {
  struct step_span span = segment(self->network, self->front_exits);
  const uint32_t end = span.end;
  for (span.end = span.begin; span.end < end; ++span.end) {
    if (!needs_engines(self, &self->network->steps[span.end])) break;
  }
  return span;
}

/// Copies within ordinary memory that the DMA engine would make.
static bool software_may_copy(const struct image_pipeline* self, const struct network_step* step) {
  struct network_step copy = *step;
  copy.run_by = KASANE_RUN_BY_CPU;
  return step->kind == KASANE_STEP_DMA && engine_executor_domains(self->engines, &copy) == 0;
}

/// One step while a front may be under way. The CPU does not wait for it in order to copy a few logits.
static struct network_result run_step_beside_front(const struct image_pipeline* self, uint32_t index) {
  const struct network_step* step = &self->network->steps[index];
  if (needs_engines(self, step) && !self->runner.done) {
    if (software_may_copy(self, step)) {
      return (struct network_result){software_run(self->network, step), index};
    }
    segment_runner_wait(&self->runner);  // whether it failed is asked when its own image's turn comes
  }
  return run(self, (struct step_span){index, index + 1});
}

static struct network_result run_beside_front(const struct image_pipeline* self, struct step_span span) {
  for (uint32_t i = span.begin; i < span.end; ++i) {
    const struct network_result result = run_step_beside_front(self, i);
    if (result.error != KASANE_ERROR_NONE) return result;
  }
  self->executor->pause(self->executor->context);
  return (struct network_result){KASANE_ERROR_NONE, span.end};
}

/// From the front's end to the exit by which the image leaves; starts the next image's front on the way.
static struct network_result run_rest(struct image_pipeline* self, struct pipelined_image* flight,
                                      bool another) {
  const struct network* network = self->network;
  const struct step_span first = hand_over(self);
  network_use_edges(network, first.begin, network->header.step_count, flight->edge);
  struct network_result result = run(self, first);
  self->executor->pause(self->executor->context);
  if (result.error != KASANE_ERROR_NONE) return result;
  if (another) start_front(self, flight->image + 1);
  uint32_t exit = self->front_exits;
  struct step_span span = {first.end, network->exits[exit].end_step};
  for (;;) {
    result = run_beside_front(self, span);
    if (result.error != KASANE_ERROR_NONE) break;
    if (exit_decide(&self->rules, exit, flight->edge, &flight->record)) break;
    span = segment(network, ++exit);
  }
  return result;
}

static struct network_result run_images(struct image_pipeline* self, uint32_t count) {
  struct network_result result = {KASANE_ERROR_NONE, 0};
  if (count == 0) return result;
  begin(self, 0);
  start_front(self, 0);
  for (uint32_t image = 0; image < count; ++image) {
    const bool another = image + 1 < count;
    struct pipelined_image* flight = flight_of(self, image);
    if (another) begin(self, image + 1);
    result = segment_runner_wait(&self->runner);
    if (result.error != KASANE_ERROR_NONE) return result;
    if (!flight->left) {
      result = run_rest(self, flight, another);
      if (result.error != KASANE_ERROR_NONE) return result;
    } else if (another) {
      start_front(self, image + 1);
    }
    self->end(self->context, flight);
  }
  return result;
}

struct network_result image_pipeline_run(struct image_pipeline* self, uint32_t count) {
  self->front_exits = image_pipeline_front(self->network);
  self->runner = (struct segment_runner){
      .engines = self->engines, .next = decide_in_front, .context = self, .done = true};
  const struct network_result result = run_images(self, count);
  segment_runner_wait(&self->runner);
  self->executor->rest(self->executor->context);
  return result;
}
