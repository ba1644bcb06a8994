//! Whose turn it is: installations one after the other, each with its most urgent work first (M18).

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::lane::Lane;

/// Whose jobs: an installation's, or nobody's in particular (REST, upkeep).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Owner(pub(super) Option<i64>);

/// How many more jobs may start.
#[derive(Debug, Clone, Default)]
pub(super) struct Room {
    /// In this pool of this process.
    pub(super) free: usize,
    /// For one installation.
    pub(super) per_installation: usize,
    /// For one model.
    pub(super) per_model: usize,
    /// Running now, in all processes.
    pub(super) running: Running,
}

/// Jobs that run now.
#[derive(Debug, Clone, Default)]
pub(super) struct Running {
    /// By installation.
    pub(super) installations: HashMap<i64, usize>,
    /// By model.
    pub(super) models: HashMap<String, usize>,
}

#[derive(Debug)]
struct Group {
    owner: Owner,
    left: usize,
    lanes: VecDeque<Lane>,
}

/// Deals out free workers: ask [`Turns::next`], claim, tell [`Turns::got`], until there is no next.
#[derive(Debug)]
pub(super) struct Turns {
    free: usize,
    groups: VecDeque<Group>,
    /// What each may take in this round, and how many have not had their turn in it.
    share: usize,
    to_come: usize,
    per_model: usize,
    models: HashMap<String, usize>,
    /// Who was served last.
    last: Option<Owner>,
}

impl Turns {
    /// `lanes` have work that is due; `after` was served last the time before.
    pub(super) fn new(lanes: Vec<Lane>, room: Room, after: Option<Owner>) -> Self {
        let mut by_owner: BTreeMap<Owner, Vec<Lane>> = BTreeMap::new();
        for lane in lanes {
            by_owner.entry(Owner(lane.installation)).or_default().push(lane);
        }
        let mut groups: VecDeque<Group> = by_owner.into_iter().map(|(of, lanes)| group(of, lanes, &room)).collect();
        let served = groups.iter().take_while(|group| after.is_some_and(|after| group.owner <= after)).count();
        groups.rotate_left(served);
        Self {
            free: room.free,
            groups,
            share: 0,
            to_come: 0,
            per_model: room.per_model,
            models: room.running.models,
            last: after,
        }
    }

    /// The next lane and how many to take from it at most.
    pub(super) fn next(&mut self) -> Option<(String, usize)> {
        while self.free > 0 {
            if self.to_come == 0 {
                self.to_come = self.groups.len();
                self.share = (self.free / self.groups.len().max(1)).max(1);
            }
            let group = self.groups.front_mut()?;
            let Some(lane) = group.lanes.front().filter(|_| group.left > 0) else {
                self.groups.pop_front();
                self.to_come = self.to_come.saturating_sub(1);
                continue;
            };
            let running = lane.model.as_ref().and_then(|model| self.models.get(model)).copied().unwrap_or(0);
            let model_left = if lane.model.is_some() { self.per_model.saturating_sub(running) } else { usize::MAX };
            if model_left > 0 {
                return Some((lane.text.clone(), self.share.min(group.left).min(model_left).min(self.free)));
            }
            group.lanes.pop_front();
        }
        None
    }

    /// What the lane of [`Turns::next`] gave.
    pub(super) fn got(&mut self, asked: usize, got: usize) {
        let Some(mut group) = self.groups.pop_front() else { return };
        self.free = self.free.saturating_sub(got);
        self.to_come = self.to_come.saturating_sub(1);
        group.left = group.left.saturating_sub(got);
        if let Some(model) = group.lanes.front().and_then(|lane| lane.model.clone()) {
            *self.models.entry(model).or_default() += got;
        }
        if got < asked {
            group.lanes.pop_front();
        }
        if got > 0 {
            self.last = Some(group.owner);
        }
        self.groups.push_back(group);
    }

    /// Whom to go on after next time.
    pub(super) fn last(&self) -> Option<Owner> {
        self.last
    }
}

fn group(owner: Owner, mut lanes: Vec<Lane>, room: &Room) -> Group {
    lanes.sort_by_key(|lane| (lane.priority, lane.ready_at));
    let left = match owner.0 {
        None => usize::MAX,
        Some(id) => room.per_installation.saturating_sub(room.running.installations.get(&id).copied().unwrap_or(0)),
    };
    Group { owner, left, lanes: lanes.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Timestamp;

    fn lane(text: &str) -> Lane {
        Lane::parse(text, Timestamp(0)).unwrap()
    }

    /// Deals against lanes that hold so many jobs each; gives what each lane lost, in order.
    fn deal(waiting: &[(&str, usize)], room: Room, after: Option<Owner>) -> Vec<(String, usize)> {
        let mut waiting: HashMap<String, usize> = waiting.iter().map(|(text, n)| ((*text).to_owned(), *n)).collect();
        let lanes = waiting.keys().map(|text| lane(text)).collect();
        let mut turns = Turns::new(lanes, room, after);
        let mut taken = Vec::new();
        while let Some((text, asked)) = turns.next() {
            let have = waiting.get_mut(&text).unwrap();
            let got = asked.min(*have);
            *have -= got;
            turns.got(asked, got);
            if got > 0 {
                taken.push((text, got));
            }
        }
        taken
    }

    fn sums(taken: &[(String, usize)]) -> BTreeMap<&str, usize> {
        let mut sums = BTreeMap::new();
        for (text, n) in taken {
            *sums.entry(text.as_str()).or_default() += n;
        }
        sums
    }

    fn room(free: usize) -> Room {
        Room { free, per_installation: 100, per_model: 100, ..Room::default() }
    }

    #[test]
    fn m18_installations_share_and_what_one_leaves_the_others_take() {
        let waiting = [("1/q/1/-", 1000), ("1/q/2/-", 3), ("1/q/3/-", 1000)];
        assert_eq!(
            sums(&deal(&waiting, room(30), None)),
            BTreeMap::from([("1/q/1/-", 14), ("1/q/2/-", 3), ("1/q/3/-", 13)])
        );
        assert_eq!(deal(&waiting, room(1), Some(Owner(Some(1)))), [("1/q/2/-".to_owned(), 1)]);
        assert_eq!(deal(&waiting, room(1), Some(Owner(Some(3)))), [("1/q/1/-".to_owned(), 1)]);
    }

    #[test]
    fn urgent_work_comes_first_within_an_installation() {
        let taken = deal(&[("4/q/1/-", 9), ("0/q/1/-", 2), ("2/q/1/-", 9)], room(5), None);
        assert_eq!(taken, [("0/q/1/-".to_owned(), 2), ("2/q/1/-".to_owned(), 3)]);
    }

    #[test]
    fn m18_limits_of_installation_and_model_hold() {
        let full = Room {
            free: 50,
            per_installation: 10,
            per_model: 6,
            running: Running { installations: HashMap::from([(1, 4)]), models: HashMap::from([("m".into(), 5)]) },
        };
        let waiting = [("4/l/1/m", 99), ("4/l/1/n", 99), ("4/l/2/m", 99), ("4/l/-/n", 99)];
        let taken = deal(&waiting, full, None);
        let sums = sums(&taken);
        let of = |lanes: &[&str]| lanes.iter().filter_map(|lane| sums.get(lane)).sum::<usize>();
        assert!(of(&["4/l/1/m", "4/l/1/n"]) <= 6, "{sums:?}");
        assert_eq!(of(&["4/l/1/m", "4/l/2/m"]), 1, "{sums:?}");
        assert_eq!(of(&["4/l/1/n", "4/l/-/n"]), 6, "{sums:?}");
    }

    #[test]
    fn nothing_free_or_nothing_waiting_gives_nothing() {
        assert_eq!(deal(&[("1/q/1/-", 5)], room(0), None), []);
        assert_eq!(deal(&[], room(5), None), []);
    }
}
