// Points, lines, regions and masks of hiaiengine/data_type.h, which is what to include. All are
// aggregates without default values.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "hiaiengine/internal/data_type_archive.h"

namespace hiai {

/// @brief A direction.
struct Angle {
  float x;  ///< about the x axis
  float y;  ///< about the y axis
  float z;  ///< about the z axis
};

/// @brief Archives the members in their order.
template <class Archive>
void serialize(Archive& ar, Angle& angle) {
  openmatrix::archive::Members(ar, angle.x, angle.y, angle.z);
}

/// @brief A point of a picture, in pixels.
struct Point2D {
  int32_t x;  ///< column
  int32_t y;  ///< row
};

/// @brief Archives the members in their order.
template <class Archive>
void serialize(Archive& ar, Point2D& point) {
  openmatrix::archive::Members(ar, point.x, point.y);
}

/// @brief A point in space.
struct Point3D {
  int32_t x;  ///< first coordinate
  int32_t y;  ///< second coordinate
  int32_t z;  ///< third coordinate
};

/// @brief Archives the members in their order.
template <class Archive>
void serialize(Archive& ar, Point3D& point) {
  openmatrix::archive::Members(ar, point.x, point.y, point.z);
}

/// @brief A region of interest.
struct RoiPolygon {
  uint32_t uiPtNum;             ///< how many corners
  std::vector<Point2D> astPts;  ///< the corners
};

/// @brief Archives the members in their order.
template <class Archive>
void serialize(Archive& ar, RoiPolygon& polygon) {
  openmatrix::archive::Members(ar, polygon.uiPtNum, polygon.astPts);
}

/// @brief A region of interest with the limits of a face detector.
struct ArgsRoiPolygon {
  RoiPolygon stRoiPolygon;  ///< the region
  uint32_t iMinFace;        ///< smallest face, pixels
  uint32_t iMaxFace;        ///< largest face, pixels
  uint32_t imgWidth;        ///< of the picture, pixels
  uint32_t imgHeight;       ///< of the picture, pixels
};

/// @brief Archives the members in their order, and iMinFace again after iMaxFace.
///
/// @source [header] iMinFace twice, [choice] where
template <class Archive>
void serialize(Archive& ar, ArgsRoiPolygon& args) {
  openmatrix::archive::Members(ar, args.stRoiPolygon, args.iMinFace, args.iMaxFace, args.iMinFace,
                               args.imgWidth, args.imgHeight);
}

/// @brief A line between two points.
template <class T>
struct Line {
  T start;  ///< first point
  T end;    ///< last point
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, Line<T>& line) {
  openmatrix::archive::Members(ar, line.start, line.end);
}

/// @brief An upright rectangle.
template <class T>
struct Rectangle {
  T anchor_lt;  ///< left, top
  T anchor_rb;  ///< right, bottom
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, Rectangle<T>& rectangle) {
  openmatrix::archive::Members(ar, rectangle.anchor_lt, rectangle.anchor_rb);
}

/// @brief A polygon.
template <class T>
struct Polygon {
  std::vector<T> anchors;  ///< the corners
};

/// @brief Archives the corners.
template <class Archive, class T>
void serialize(Archive& ar, Polygon<T>& polygon) {
  openmatrix::archive::Members(ar, polygon.anchors);
}

/// @brief A box in space.
struct ROICube {
  Point3D anchor;   ///< its corner
  uint32_t length;  ///< along the first axis
  uint32_t width;   ///< along the second axis
  uint32_t height;  ///< along the third axis
};

/// @brief Archives the members in their order.
template <class Archive>
void serialize(Archive& ar, ROICube& cube) {
  openmatrix::archive::Members(ar, cube.anchor, cube.length, cube.width, cube.height);
}

/// @brief A mask, row after row.
template <class T>
struct MaskMatrix {
  uint32_t cols;            ///< elements of a row
  uint32_t rows;            ///< rows
  std::shared_ptr<T> data;  ///< cols * rows elements, an array
};

/// @brief Archives the scalars, then the bytes of the elements; see ImageData.
template <class Archive, class T>
void serialize(Archive& ar, MaskMatrix<T>& mask) {
  const uint64_t room = uint64_t{mask.cols} * mask.rows;
  openmatrix::archive::Members(ar, mask.cols, mask.rows);
  openmatrix::archive::Elements(ar, mask.data, room, uint64_t{mask.cols} * mask.rows);
}

/// @brief A mask as lengths of runs.
struct RLECode {
  uint32_t len;                    ///< how many runs
  uint32_t cols;                   ///< of the mask
  uint32_t rows;                   ///< of the mask
  std::shared_ptr<uint32_t> data;  ///< the runs, an array
};

/// @brief Archives the scalars, then the bytes of the runs; see ImageData.
template <class Archive>
void serialize(Archive& ar, RLECode& code) {
  const uint32_t room = code.len;
  openmatrix::archive::Members(ar, code.len, code.cols, code.rows);
  openmatrix::archive::Elements(ar, code.data, room, code.len);
}

}  // namespace hiai
