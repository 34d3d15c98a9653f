//! Where boxes stand: in each group a column for each step of its longest way, in each column the order that keeps arrows short.

use super::{Arrangement, Group, Picture};
use std::collections::{BTreeMap, BTreeSet};
use unicode_width::UnicodeWidthStr;

/// Space between columns, and between a box and the edge of its group.
const GAP: usize = 56;
const PAD: usize = 16;
/// Space before a group that stands beside the others: arrows with their texts go there.
const BESIDE: usize = 220;
/// Space between rows.
const ROW: usize = 14;
/// The height of a line of text, and of a group's title.
pub(super) const LINE: usize = 16;
const TITLE: usize = 30;
/// The width of a letter: of the wider ones of a sans-serif font of this size.
const LETTER: usize = 7;

/// A rectangle, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

/// Where everything stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// By number of a box.
    pub boxes: BTreeMap<usize, Place>,
    /// By group.
    pub groups: Vec<Place>,
    pub width: usize,
    pub height: usize,
}

pub(super) fn layout(picture: &Picture) -> Layout {
    let mut boxes = BTreeMap::new();
    let mut groups = Vec::new();
    let top = PAD + TITLE;
    let (mut x, mut y, mut width, mut height) = (PAD, top, 0, 0);
    for (number, group) in picture.groups.iter().enumerate() {
        let is_beside = picture.arrangement == Arrangement::LastBeside
            && number > 0
            && number + 1 == picture.groups.len();
        if is_beside {
            (x, y) = (PAD + width + BESIDE, top);
        }
        let place = lay(picture, group, (x, y), &mut boxes);
        y += place.height + PAD;
        height = height.max(y);
        width = width.max(place.x + place.width - PAD);
        groups.push(place);
    }
    let width = width.max(picture.title.width() * LETTER * 3 / 2);
    Layout { boxes, groups, width: width + 2 * PAD, height }
}

fn lay(
    picture: &Picture,
    group: &Group,
    (left, top): (usize, usize),
    boxes: &mut BTreeMap<usize, Place>,
) -> Place {
    let ids: BTreeSet<usize> = group.boxes.iter().map(|one| one.id).collect();
    let arrows: Vec<(usize, usize)> = picture
        .arrows
        .iter()
        .map(|arrow| (arrow.from, arrow.to))
        .filter(|(from, to)| from != to && ids.contains(from) && ids.contains(to))
        .collect();
    let layers = layers(&ids, &arrows);
    let mut columns_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for one in &group.boxes {
        columns_of.entry(layers.get(&one.id).copied().unwrap_or(0)).or_default().push(one.id);
    }
    let size: BTreeMap<usize, (usize, usize)> = group
        .boxes
        .iter()
        .map(|one| {
            let widest = one.lines.iter().chain([&one.name]).map(|line| line.width()).max().unwrap_or(0);
            (one.id, (widest * LETTER + 2 * PAD, (one.lines.len() + 1) * LINE + PAD))
        })
        .collect();
    let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
    let mut x = left + PAD;
    let mut bottom = top + TITLE;
    for column in columns_of.values_mut() {
        // Each stands where those that lead to it do, on average.
        let middle = |id: usize| {
            let before: Vec<usize> = arrows
                .iter()
                .filter(|(_, to)| *to == id)
                .filter_map(|(from, _)| rows.get(from).copied())
                .collect();
            before.iter().sum::<usize>().checked_div(before.len()).unwrap_or(0)
        };
        column.sort_by_key(|id| middle(*id));
        let widest = column.iter().filter_map(|id| size.get(id)).map(|(width, _)| *width).max().unwrap_or(0);
        let mut y = top + TITLE;
        for id in column.iter() {
            let (_, height) = size.get(id).copied().unwrap_or((0, 0));
            boxes.insert(*id, Place { x, y, width: widest, height });
            rows.insert(*id, y + height / 2);
            y += height + ROW;
        }
        bottom = bottom.max(y - ROW);
        x += widest + GAP;
    }
    let inner = x.saturating_sub(GAP) + PAD - left;
    let title = group.title.width() * LETTER + 2 * PAD;
    Place { x: left, y: top, width: inner.max(title), height: bottom + PAD - top }
}

/// The longest way to each box. What stands on a circle follows behind everything else.
fn layers(ids: &BTreeSet<usize>, arrows: &[(usize, usize)]) -> BTreeMap<usize, usize> {
    let mut open: BTreeMap<usize, usize> = ids.iter().map(|id| (*id, 0)).collect();
    let mut next_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (from, to) in arrows {
        *open.entry(*to).or_default() += 1;
        next_of.entry(*from).or_default().push(*to);
    }
    let mut layers: BTreeMap<usize, usize> = BTreeMap::new();
    let mut ready: Vec<usize> = open.iter().filter(|(_, open)| **open == 0).map(|(id, _)| *id).collect();
    while layers.len() < ids.len() {
        let Some(id) = ready.pop() else {
            let Some(id) = ids.iter().copied().find(|id| open.get(id).is_some_and(|open| *open > 0)) else {
                break;
            };
            open.insert(id, 0);
            ready.push(id);
            continue;
        };
        let layer = layers.get(&id).copied().unwrap_or(0);
        layers.insert(id, layer);
        for next in next_of.get(&id).into_iter().flatten() {
            let Some(left) = open.get_mut(next).filter(|left| **left > 0) else { continue };
            *left -= 1;
            let is_ready = *left == 0;
            let deeper = layers.entry(*next).or_insert(0);
            *deeper = (*deeper).max(layer + 1);
            if is_ready {
                ready.push(*next);
            }
        }
    }
    layers
}
