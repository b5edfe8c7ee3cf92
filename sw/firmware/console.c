#include "sw/firmware/console.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// One conversion specification as written between '%' and its letter.
struct specification {
  bool left;
  bool zero;
  bool is_long;
  size_t width;
  size_t precision;
};

static void put(const struct console* console, char c) {
  console->put(console->context, c);
}

static void put_padding(const struct console* console, char c, size_t width, size_t used) {
  for (; used < width; ++used) put(console, c);
}

static void put_text(const struct console* console, const struct specification* spec, const char* text) {
  if (text == NULL) text = "(null)";
  size_t length = 0;
  while (length < spec->precision && text[length] != '\0') ++length;
  if (!spec->left) put_padding(console, ' ', spec->width, length);
  for (size_t i = 0; i < length; ++i) put(console, text[i]);
  if (spec->left) put_padding(console, ' ', spec->width, length);
}

static void put_number(const struct console* console, const struct specification* spec, uint64_t magnitude,
                       unsigned base, bool negative) {
  char digits[20];  // 2^64 has 20 decimal digits
  size_t count = 0;
  do {
    digits[count++] = "0123456789abcdef"[magnitude % base];
    magnitude /= base;
  } while (magnitude != 0);
  const size_t used = count + (negative ? 1 : 0);
  if (!spec->left && !spec->zero) put_padding(console, ' ', spec->width, used);
  if (negative) put(console, '-');
  if (!spec->left && spec->zero) put_padding(console, '0', spec->width, used);
  while (count > 0) put(console, digits[--count]);
  if (spec->left) put_padding(console, ' ', spec->width, used);
}

static size_t parse_count(const char** format) {
  size_t value = 0;
  for (; **format >= '0' && **format <= '9'; ++*format) value = value * 10 + (size_t)(**format - '0');
  return value;
}

static struct specification parse(const char** format, va_list* arguments) {
  struct specification spec = {.precision = SIZE_MAX};
  for (; **format == '-' || **format == '0'; ++*format) {
    if (**format == '-') spec.left = true;
    if (**format == '0') spec.zero = true;
  }
  spec.width = parse_count(format);
  if (**format == '.') {
    ++*format;
    if (**format == '*') {
      const int precision = va_arg(*arguments, int);
      if (precision >= 0) spec.precision = (size_t)precision;
      ++*format;
    } else {
      spec.precision = parse_count(format);
    }
  }
  for (; **format == 'l' || **format == 'z'; ++*format) spec.is_long = true;
  return spec;
}

static void convert(const struct console* console, char conversion, const struct specification* spec,
                    va_list* arguments) {
  switch (conversion) {
    case 'd': {
      const int64_t value = spec->is_long ? va_arg(*arguments, long) : va_arg(*arguments, int);
      put_number(console, spec, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0);
      break;
    }
    case 'u':
    case 'x': {
      const uint64_t value =
          spec->is_long ? va_arg(*arguments, unsigned long) : va_arg(*arguments, unsigned int);
      put_number(console, spec, value, conversion == 'u' ? 10 : 16, false);
      break;
    }
    case 'p':
      put_number(console, spec, (uintptr_t)va_arg(*arguments, void*), 16, false);
      break;
    case 's':
      put_text(console, spec, va_arg(*arguments, const char*));
      break;
    case 'c': {
      const char text[2] = {(char)va_arg(*arguments, int), '\0'};
      put_text(console, spec, text);
      break;
    }
    default:
      put(console, conversion);
  }
}

void console_print_list(const struct console* console, const char* format, va_list arguments) {
  va_list list;
  va_copy(list, arguments);
  for (; *format != '\0'; ++format) {
    if (*format == '\n') put(console, '\r');
    if (*format != '%') {
      put(console, *format);
      continue;
    }
    ++format;
    const struct specification spec = parse(&format, &list);
    if (*format == '\0') break;
    convert(console, *format, &spec, &list);
  }
  va_end(list);
}

void console_print(const struct console* console, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  console_print_list(console, format, arguments);
  va_end(arguments);
}
