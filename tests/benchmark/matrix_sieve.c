/* Integer matrix multiplication and a sieve of Eratosthenes in turn, forever. */
#include <stdint.h>

enum { N = 32, LIMIT = 20000 };
static int32_t a[N][N], b[N][N], c[N][N];
static uint8_t composite[LIMIT];
volatile uint32_t result;

static void multiply(void) {
  for (int i = 0; i < N; ++i) {
    for (int j = 0; j < N; ++j) {
      int32_t sum = 0;
      for (int k = 0; k < N; ++k) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  }
}

static uint32_t sieve(void) {
  uint32_t primes = 0;
  for (uint32_t n = 0; n < LIMIT; ++n) composite[n] = 0;
  for (uint32_t n = 2; n < LIMIT; ++n) {
    if (composite[n]) continue;
    ++primes;
    for (uint32_t m = 2 * n; m < LIMIT; m += n) composite[m] = 1;
  }
  return primes;
}

void body(void) {
  for (int i = 0; i < N * N; ++i) {
    a[0][i % N] = i;
    b[i / N][i % N] = i * 7;
  }
  for (;;) {
    multiply();
    result = sieve() + (uint32_t)c[3][5];
  }
}
