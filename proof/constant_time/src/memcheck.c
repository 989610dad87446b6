#include <stddef.h>
#include <valgrind/memcheck.h>

void hardtack_make_undefined(const void *bytes, size_t len) { VALGRIND_MAKE_MEM_UNDEFINED(bytes, len); }

void hardtack_make_defined(const void *bytes, size_t len) { VALGRIND_MAKE_MEM_DEFINED(bytes, len); }
