/* Integer matrix multiplication and a sieve of Eratosthenes in turn. */
#include <stdint.h>

enum { N = 32, LIMIT = 20000 };
static int32_t a[N][N], b[N][N], c[N][N];
static uint8_t composite[LIMIT];

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

uint32_t benchmark(void) {
  uint32_t checksum = 0;
  for (uint32_t round = 0; round < ROUNDS; ++round) {
    for (int i = 0; i < N; ++i) {
      for (int j = 0; j < N; ++j) {
        a[i][j] = (int32_t)(checksum + (uint32_t)i) % 1000;
        b[i][j] = i * 7 - j;
      }
    }
    multiply();
    checksum = checksum * 31 + sieve() + (uint32_t)c[round % N][5];
  }
  return checksum;
}
