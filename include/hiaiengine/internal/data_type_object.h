// Detected objects, cut-out pictures and trees of ids of hiaiengine/data_type.h, which is what to
// include.
#pragma once

#include <cereal/cereal.hpp>
#include <cstdint>
#include <vector>

#include "hiaiengine/internal/data_type_archive.h"
#include "hiaiengine/internal/data_type_geometry.h"
#include "hiaiengine/internal/data_type_image.h"

namespace hiai {

/// @brief The objects in a picture: places of type T1, confidences of type T2.
template <class T1, class T2>
struct ObjectLocation {
  std::vector<uint32_t> v_obj_id;  ///< per object
  std::vector<T1> range;           ///< its place
  std::vector<Angle> angle;        ///< its direction
  std::vector<T2> confidence;      ///< how sure the detector is
  std::vector<uint32_t> label;     ///< its class
  std::vector<uint32_t> isInRoi;   ///< whether it is inside the region of interest
};

/// @brief Archives the members in their order.
template <class Archive, class T1, class T2>
void serialize(Archive& ar, ObjectLocation<T1, T2>& location) {
  openmatrix::archive::Members(ar, location.v_obj_id, location.range, location.angle,
                               location.confidence, location.label, location.isInRoi);
}

/// @brief The objects in one frame.
template <class T1, class T2>
struct DetectedObjectPara {
  FrameInfo f_info;                 ///< of the picture
  ObjectLocation<T1, T2> location;  ///< the objects
};

/// @brief Archives the members in their order.
template <class Archive, class T1, class T2>
void serialize(Archive& ar, DetectedObjectPara<T1, T2>& para) {
  openmatrix::archive::Members(ar, para.f_info, para.location);
}

/// @brief The objects in the frames of a batch.
template <class T1, class T2>
struct BatchDetectedObjectPara {
  BatchInfo b_info;                                ///< of the pictures
  std::vector<ObjectLocation<T1, T2>> v_location;  ///< per picture
};

/// @brief Archives the members in their order.
template <class Archive, class T1, class T2>
void serialize(Archive& ar, BatchDetectedObjectPara<T1, T2>& para) {
  openmatrix::archive::Members(ar, para.b_info, para.v_location);
}

/// @brief Pictures cut out of one.
template <class T>
struct RegionImage {
  std::vector<ImageData<T>> region;  ///< the pictures
  std::vector<uint32_t> v_obj_id;    ///< per picture
};

/// @brief Archives the ids before the pictures.
template <class Archive, class T>
void serialize(Archive& ar, RegionImage<T>& image) {
  openmatrix::archive::Members(ar, image.v_obj_id, image.region);
}

/// @brief Pictures cut out of one frame.
template <class T>
struct RegionImagePara {
  FrameInfo f_info;       ///< of the whole picture
  RegionImage<T> region;  ///< the pictures
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, RegionImagePara<T>& para) {
  openmatrix::archive::Members(ar, para.f_info, para.region);
}

/// @brief Pictures cut out of the frames of a batch.
template <class T>
struct BatchRegionImagePara {
  BatchInfo b_info;                      ///< of the whole pictures
  std::vector<RegionImage<T>> v_region;  ///< per whole picture
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, BatchRegionImagePara<T>& para) {
  openmatrix::archive::Members(ar, para.b_info, para.v_region);
}

/// @brief A tree of ids.
struct IDTreeNode {
  std::vector<uint32_t> nodeID;  ///< ids at this node
  std::vector<bool> is_leaf;     ///< per id
  std::vector<IDTreeNode> node;  ///< the subtrees
};

}  // namespace hiai

namespace openmatrix {
namespace archive {

// Reading follows the tree on the stack, so the archive must not choose how deep that goes.
constexpr int kMaxTreeDepth = 1000;

template <class Archive>
void Tree(Archive& ar, hiai::IDTreeNode& tree, int depth, std::true_type) {
  if (depth > kMaxTreeDepth) throw cereal::Exception("a tree of more than 1000 levels");
  Members(ar, tree.nodeID, tree.is_leaf);
  tree.node.clear();
  for (std::uint64_t left = Reader::ReadCount(ar); left > 0; --left) {
    tree.node.emplace_back();
    Tree(ar, tree.node.back(), depth + 1, std::true_type());
  }
}

template <class Archive>
void Tree(Archive& ar, hiai::IDTreeNode& tree, int, std::false_type) {
  ar(tree.nodeID, tree.is_leaf, tree.node);
}

}  // namespace archive
}  // namespace openmatrix

namespace hiai {

/// @brief Archives the members in their order. At most 1000 levels are read.
///
/// @source [header] order, [choice] the limit
template <class Archive>
void serialize(Archive& ar, IDTreeNode& tree) {
  openmatrix::archive::Tree(ar, tree, 1, openmatrix::archive::ReadsBinary<Archive>());
}

/// @brief The tree of a frame.
struct IDTreePara {
  FrameInfo f_info;  ///< of the tree
  IDTreeNode tree;   ///< its root
};

/// @brief Archives the members in their order.
template <class Archive>
void serialize(Archive& ar, IDTreePara& para) {
  openmatrix::archive::Members(ar, para.f_info, para.tree);
}

/// @brief The trees of a batch.
struct BatchIDTreePara {
  BatchInfo b_info;                ///< of the trees
  std::vector<IDTreeNode> v_tree;  ///< per frame
};

/// @brief Archives the members in their order.
template <class Archive>
void serialize(Archive& ar, BatchIDTreePara& para) {
  openmatrix::archive::Members(ar, para.b_info, para.v_tree);
}

}  // namespace hiai
