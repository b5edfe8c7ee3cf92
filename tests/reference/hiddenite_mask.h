/// The compressed masks of kasane/hiddenite.h, field by field.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/reference/memory_access.h"

namespace kasane::reference {

/// One weight after the other; true: kept.
using Mask = std::vector<bool>;
using MaskFields = std::vector<uint32_t>;

/// One tile's mask as raw bits (field_bits 0) or zero runs in fields of 1 ... 8 bits.
MaskFields encode_mask(const Mask& kept, uint32_t field_bits);

/// Of a tile of `weights`. Throws std::invalid_argument unless the fields cover it exactly.
Mask decode_mask(const MaskFields& fields, uint32_t field_bits, uint64_t weights);

/// Bytes that `fields` fields fill.
uint64_t mask_bytes(uint64_t fields, uint32_t field_bits);

Bytes pack_fields(const MaskFields& fields, uint32_t field_bits);

/// The first `count` fields of the mask at `address`. Throws std::invalid_argument if a bit behind them in
/// the last byte is set, std::out_of_range outside the memory.
MaskFields unpack_fields(const Bytes& memory, uint64_t address, uint64_t count, uint32_t field_bits);

}  // namespace kasane::reference
