// What the buffer of a hiai::AippDynamicParaTensor holds, for models that the application
// registers. Our own layout; the hardware's is not published in full. C++11.
#pragma once

#include <cstdint>

namespace openmatrix {

/// @brief Parameters of one picture of a batch.
struct AippBatchParameters {
  bool crop;                ///< whether a part is cut out
  std::int8_t padding;      ///< 0 none, 1 constant, 2 lines, 3 blocks, 4 mirrored
  std::int32_t crop_x;      ///< first column
  std::int32_t crop_y;      ///< first row
  std::int32_t crop_w;      ///< columns
  std::int32_t crop_h;      ///< rows
  std::int32_t pad_top;     ///< rows above
  std::int32_t pad_bottom;  ///< rows below
  std::int32_t pad_left;    ///< columns before
  std::int32_t pad_right;   ///< columns behind
  std::int16_t mean[4];     ///< taken from each channel
  float min[4];             ///< taken from each channel
  float var_reci[4];        ///< each channel is multiplied by it
};

/// @brief Parameters of all pictures of a batch; `batches` AippBatchParameters follow.
struct AippParameters {
  std::int32_t input_format;  ///< hiai::AippInputFormat, 0 if not set
  std::int32_t width;         ///< columns of the picture
  std::int32_t height;        ///< rows of the picture
  std::uint32_t batches;      ///< pictures of a batch
  bool csc;                   ///< whether colours are converted
  bool swap_rb_uv;            ///< whether R and B, or U and V are exchanged
  bool swap_ax;               ///< whether the unused byte moves to the end
  std::int16_t matrix[3][3];  ///< rows of the conversion, units of 1/256
  std::uint8_t out_bias[3];   ///< added to the results
  std::uint8_t in_bias[3];    ///< taken from the components first
  std::uint32_t input_index;  ///< which input of the model
  std::uint32_t edge_index;   ///< which edge of that input

  /// @brief The parameters of one picture. REQUIRES: index < batches
  const AippBatchParameters& batch(std::uint32_t index) const {
    return reinterpret_cast<const AippBatchParameters*>(this + 1)[index];
  }
};

static_assert(sizeof(AippParameters) % alignof(AippBatchParameters) == 0, "they follow directly");

}  // namespace openmatrix
