/// Text for people: a small printf.
#ifndef KASANE_FIRMWARE_CONSOLE_H
#define KASANE_FIRMWARE_CONSOLE_H

#include <stdarg.h>

/// Where characters go.
struct console {
  void (*put)(void* context, char c);
  void* context;
};

/// %d %u %x with l or ll or z, %s %c %p %%; a width, '-' and '0' before it, and .N or .* for %s. '\n' is sent
/// as CR LF.
__attribute__((format(printf, 2, 3))) void console_print(const struct console* console, const char* format,
                                                         ...);
void console_print_list(const struct console* console, const char* format, va_list arguments);

#endif
