/* What embedded processors are commonly rated by, in one program: sorting and searching a linked list, small
   matrices, a state machine over text, and a cyclic redundancy check over what these find. */
#include <stdint.h>

typedef uint32_t u32;
typedef uint16_t u16;

static u32 crc(u32 sum, u16 value) {
  sum ^= value;
  for (int bit = 0; bit < 16; ++bit) sum = sum & 1 ? sum >> 1 ^ 0xA001 : sum >> 1;
  return sum;
}

static u32 next_random(u32* state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 16;
}

/* ---- the list ---- */

enum { NODES = 100 };
struct node {
  struct node* next;
  u16 key;
  u16 place;
};
static struct node nodes[NODES];

static struct node* make_list(u32 seed) {
  for (u32 i = 0; i < NODES; ++i) {
    nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : 0;
    nodes[i].key = (u16)next_random(&seed);
    nodes[i].place = (u16)i;
  }
  return nodes;
}

static struct node* reversed(struct node* list) {
  struct node* result = 0;
  while (list) {
    struct node* const rest = list->next;
    list->next = result;
    result = list;
    list = rest;
  }
  return result;
}

static const struct node* find(const struct node* list, u16 low_byte) {
  while (list && (list->key & 255) != low_byte) list = list->next;
  return list;
}

typedef int (*order)(const struct node*, const struct node*);
static int by_key(const struct node* one, const struct node* other) {
  return (int)one->key - (int)other->key;
}
static int by_place(const struct node* one, const struct node* other) {
  return (int)one->place - (int)other->place;
}

static struct node* merged(struct node* one, struct node* other, order compare) {
  struct node* first = 0;
  struct node** end = &first;
  while (one && other) {
    struct node** const smaller = compare(one, other) <= 0 ? &one : &other;
    *end = *smaller;
    end = &(*smaller)->next;
    *smaller = (*smaller)->next;
  }
  *end = one ? one : other;
  return first;
}

/* Merge sort: lists of 1, 2, 4, ... nodes wait in their places for one as long. */
static struct node* sorted(struct node* list, order compare) {
  struct node* waiting[8] = {0};
  while (list) {
    struct node* run = list;
    list = list->next;
    run->next = 0;
    u32 size = 0;
    for (; waiting[size]; ++size) {
      run = merged(waiting[size], run, compare);
      waiting[size] = 0;
    }
    waiting[size] = run;
  }
  struct node* all = 0;
  for (u32 size = 0; size < 8; ++size) all = merged(waiting[size], all, compare);
  return all;
}

static u32 list_work(u32 sum) {
  struct node* list = make_list(sum);
  for (u16 wanted = 0; wanted < 40; ++wanted) {
    const struct node* const found = find(list, wanted);
    if (found) sum = crc(sum, found->place);
    list = reversed(list);
  }
  list = sorted(list, by_key);
  for (const struct node* node = list; node; node = node->next) sum = crc(sum, node->place);
  list = sorted(list, by_place);
  for (const struct node* node = list; node; node = node->next) sum = crc(sum, node->key);
  return sum;
}

/* ---- matrices ---- */

enum { N = 12 };
static int16_t left[N][N], right[N][N];
static int32_t product[N][N];

static u32 bits(int32_t value, u32 low, u32 count) {
  return (u32)value >> low & ((1u << count) - 1);
}

static u32 matrix_work(u32 sum) {
  u32 random = sum;
  for (u32 i = 0; i < N; ++i) {
    for (u32 j = 0; j < N; ++j) {
      left[i][j] = (int16_t)next_random(&random);
      right[i][j] = (int16_t)(left[i][j] + (int16_t)i);
    }
  }
  for (u32 i = 0; i < N; ++i) {
    for (u32 j = 0; j < N; ++j) {
      int32_t total = 0;
      for (u32 k = 0; k < N; ++k) total += left[i][k] * right[k][j];
      product[i][j] = total;
    }
  }
  for (u32 i = 0; i < N; ++i) {
    int32_t total = 0;
    for (u32 j = 0; j < N; ++j) total += (int32_t)(bits(product[i][j], 2, 4) * bits(product[j][i], 5, 7));
    sum = crc(sum, (u16)total);
  }
  return sum;
}

/* ---- the state machine ---- */

enum state { START, SIGN, INTEGER, POINT, FRACTION, EXPONENT, EXPONENT_SIGN, POWER, WRONG, STATES };
static char text[256];

static enum state step(enum state state, char c) {
  const int digit = c >= '0' && c <= '9';
  switch (state) {
    case START:
      return digit ? INTEGER : c == '-' || c == '+' ? SIGN : c == '.' ? POINT : WRONG;
    case SIGN:
      return digit ? INTEGER : c == '.' ? POINT : WRONG;
    case INTEGER:
      return digit ? INTEGER : c == '.' ? FRACTION : c == 'e' ? EXPONENT : WRONG;
    case POINT:
    case FRACTION:
      return digit ? FRACTION : c == 'e' && state == FRACTION ? EXPONENT : WRONG;
    case EXPONENT:
      return digit ? POWER : c == '-' || c == '+' ? EXPONENT_SIGN : WRONG;
    case EXPONENT_SIGN:
    case POWER:
      return digit ? POWER : WRONG;
    default:
      return WRONG;
  }
}

static u32 state_work(u32 sum) {
  static const char letters[] = "0123456789012345678901234567890123456789....--+ee,,,,,,,,,,,x";
  u32 random = sum;
  for (u32 i = 0; i < sizeof(text); ++i) text[i] = letters[next_random(&random) % (sizeof(letters) - 1)];
  u32 ended[STATES] = {0};
  u32 visited[STATES] = {0};
  enum state state = START;
  for (u32 i = 0; i < sizeof(text); ++i) {
    if (text[i] == ',') {
      ++ended[state];
      state = START;
    } else {
      state = step(state, text[i]);
      ++visited[state];
    }
  }
  for (u32 i = 0; i < STATES; ++i) sum = crc(crc(sum, (u16)ended[i]), (u16)visited[i]);
  return sum;
}

u32 benchmark(void) {
  u32 sum = 0xFFFF;
  for (u32 round = 0; round < ROUNDS; ++round) {
    sum = list_work(sum);
    sum = matrix_work(sum);
    sum = state_work(sum);
  }
  return sum;
}
