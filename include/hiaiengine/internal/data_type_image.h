// Frames, batches, pictures and raw buffers of hiaiengine/data_type.h, which is what to include.
//
// Structures without default values are aggregates, in C++11 too: applications write
// `Type value = {...}`. Those with default values never were.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "hiaiengine/internal/data_type_archive.h"
#include "hiaiengine/internal/visibility.h"

namespace hiai {

/// @brief How the pixels of a picture lie in memory. (sic: all spellings)
enum IMAGEFORMAT : int {
  RGB565,             ///< 5, 6, 5 bits
  BGR565,             ///< 5, 6, 5 bits
  RGB888,             ///< 3 bytes
  BGR888,             ///< 3 bytes
  BGRA8888,           ///< 4 bytes
  ARGB8888,           ///< 4 bytes
  RGBX8888,           ///< 4 bytes
  XRGB8888,           ///< 4 bytes
  YUV420Planar,       ///< three planes
  YVU420Planar,       ///< three planes
  YUV420SP,           ///< two planes, U first
  YVU420SP,           ///< two planes, V first
  YUV420Packed,       ///< one plane
  YVU420Packed,       ///< one plane
  YUV422Planar,       ///< three planes
  YVU422Planar,       ///< three planes
  YUYVPacked,         ///< one plane
  YVYUPacked,         ///< one plane
  UYVYPacket,         ///< one plane
  VYUYPacket,         ///< one plane
  YUV422SP,           ///< two planes, U first
  YVU422SP,           ///< two planes, V first
  YUV444Interleaved,  ///< one plane
  Y8,                 ///< grey, 1 byte
  Y16,                ///< grey, 2 bytes
  H264,               ///< a video stream
  H265,               ///< a video stream
  JPEGRAW,            ///< a JPEG file
  RAW                 ///< of the sensor
};

/// @brief What was detected.
enum OBJECTTYPE : int {
  OT_VEHICLE,    ///< vehicle
  OT_HUMAN,      ///< human
  OT_NON_MOTOR,  ///< non-motor vehicle
  OT_FACE,       ///< face
  OT_FACE_BODY,  ///< face and body
  OT_PLATE       ///< number plate
};

/// @brief Where the frames of a batch come from.
struct BatchInfo {
  bool is_first = false;             ///< of the stream
  bool is_last = false;              ///< of the stream
  uint32_t batch_size = 0;           ///< frames in it
  uint32_t max_batch_size = 0;       ///< frames that fit
  uint32_t batch_ID = 0;             ///< its number
  uint32_t channel_ID = 0;           ///< its channel
  uint32_t processor_stream_ID = 0;  ///< its stream
  std::vector<uint32_t> frame_ID;    ///< per frame
  std::vector<uint32_t> source_ID;   ///< per frame
  std::vector<uint64_t> timestamp;   ///< per frame
};

/// @brief Archives the members in their order.
template <class Archive>
void serialize(Archive& ar, BatchInfo& info) {
  openmatrix::archive::Members(
      ar, info.is_first, info.is_last, info.batch_size, info.max_batch_size, info.batch_ID,
      info.channel_ID, info.processor_stream_ID, info.frame_ID, info.source_ID, info.timestamp);
}

/// @brief Where a frame comes from.
struct FrameInfo {
  bool is_first = false;             ///< of the stream
  bool is_last = false;              ///< of the stream
  uint32_t channel_ID = 0;           ///< its channel
  uint32_t processor_stream_ID = 0;  ///< its stream
  uint32_t frame_ID = 0;             ///< its number
  uint32_t source_ID = 0;            ///< its source
  uint64_t timestamp = 0;            ///< its time
};

/// @brief Archives the members in their order.
template <class Archive>
void serialize(Archive& ar, FrameInfo& info) {
  openmatrix::archive::Members(ar, info.is_first, info.is_last, info.channel_ID,
                               info.processor_stream_ID, info.frame_ID, info.source_ID,
                               info.timestamp);
}

/// @brief One picture.
template <class T>
struct ImageData {
  IMAGEFORMAT format = YUV420SP;  ///< of the pixels
  uint32_t width = 0;             ///< pixels
  uint32_t height = 0;            ///< pixels
  uint32_t channel = 0;           ///< channels
  uint32_t depth = 0;             ///< bits of a channel
  uint32_t height_step = 0;       ///< rows in memory
  uint32_t width_step = 0;        ///< bytes of a row in memory
  uint32_t size = 0;              ///< elements at `data`
  std::shared_ptr<T> data;        ///< the pixels, an array
};

/// @brief Archives the scalars in their order, then the bytes of `size` elements.
///
/// Zeros are written for a picture without data. Reading takes the memory that is there if `size`
/// was enough before, otherwise an array of its own.
/// @source [header] order, [choice] zeros, memory that is too small
template <class Archive, class T>
void serialize(Archive& ar, ImageData<T>& image) {
  const uint32_t room = image.size;
  openmatrix::archive::Members(ar, image.format, image.width, image.height, image.channel,
                               image.depth, image.height_step, image.width_step, image.size);
  openmatrix::archive::Elements(ar, image.data, room, image.size);
}

/// @brief One picture with its frame.
template <class T>
struct ImagePara {
  FrameInfo f_info;  ///< of the picture
  ImageData<T> img;  ///< the picture
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, ImagePara<T>& para) {
  openmatrix::archive::Members(ar, para.f_info, para.img);
}

/// @brief The pictures of a batch.
template <class T>
struct BatchImagePara {
  BatchInfo b_info;                 ///< of the pictures
  std::vector<ImageData<T>> v_img;  ///< the pictures
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, BatchImagePara<T>& para) {
  openmatrix::archive::Members(ar, para.b_info, para.v_img);
}

/// @brief Bytes of any kind.
struct RawDataBuffer {
  uint32_t len_of_byte;           ///< bytes
  std::shared_ptr<uint8_t> data;  ///< the bytes, an array
};

/// @brief Archives the length, then the bytes; see ImageData.
template <class Archive>
void serialize(Archive& ar, RawDataBuffer& buffer) {
  const uint32_t room = buffer.len_of_byte;
  openmatrix::archive::Members(ar, buffer.len_of_byte);
  openmatrix::archive::Elements(ar, buffer.data, room, buffer.len_of_byte);
}

/// @brief The buffers of a batch.
struct BatchRawDataBuffer {
  BatchInfo b_info;                   ///< of the buffers
  std::vector<RawDataBuffer> v_info;  ///< the buffers
};

/// @brief Archives the members in their order.
template <class Archive>
void serialize(Archive& ar, BatchRawDataBuffer& batch) {
  openmatrix::archive::Members(ar, batch.b_info, batch.v_info);
}

OPENMATRIX_ABI_ASSERT(sizeof(ImageData<uint8_t>) == 48);
OPENMATRIX_ABI_ASSERT(sizeof(RawDataBuffer) == 24);

}  // namespace hiai
