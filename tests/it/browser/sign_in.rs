//! A person signs in through the stand-in in a real browser, compares, picks and signs out.

use super::chrome::{Chrome, SCREENS};
use super::{axe, look, round};
use crate::support::world::{World, signing};

#[tokio::test(flavor = "multi_thread")]
async fn m40_a_person_signs_in_compares_picks_and_signs_out() {
    let Some(mut chrome) = Chrome::start() else { return };
    let world = World::with(signing).await;
    let axe = axe();
    let task = round(&world).await;
    for (screen, picks) in [(SCREENS[2], false), (SCREENS[3], false), (SCREENS[1], false), (SCREENS[0], true)] {
        let mut page = chrome.page(screen).await;
        page.goto(&format!("{}/tasks/{task}/compare", world.base)).await;
        page.until("document.title === 'Authorize bakeoff'").await;
        page.follow("[...document.querySelectorAll('a')].find((a) => a.textContent === 'Authorize as ada').click()")
            .await;
        page.until("document.querySelectorAll('.cell').length === 3").await;
        let here = page.find("location.pathname").await;
        assert_eq!(here, format!("/tasks/{task}/compare"), "the page that was wanted");
        page.complaints(); // the stand-in's page has no icon
        look(&mut page, screen, "signed-in-compare", axe.as_deref()).await;
        page.goto(&format!("{}/", world.base)).await;
        look(&mut page, screen, "signed-in-home", axe.as_deref()).await;
        if picks {
            page.goto(&format!("{}/tasks/{task}/compare", world.base)).await;
            page.follow(
                "[...document.querySelectorAll('.button')].find((b) => b.textContent.startsWith('Pick A')).click()",
            )
            .await;
            look(&mut page, screen, "signed-in-pick", axe.as_deref()).await;
            page.follow("document.querySelector('form[action$=pick] button').click()").await;
            let pull = world.pull().await;
            assert!(world.file(&pull.head_sha, "greet.py").contains("Hello"), "the picked patch is in it");
            assert!(pull.body.unwrap().contains("ada"), "the pull request names who picked");
        }
        page.follow("document.querySelector('form.me button').click()").await;
        page.until("document.querySelector('h1').textContent === 'Signed out'").await;
        look(&mut page, screen, "signed-out", axe.as_deref()).await;
    }
    chrome.end().await;
    world.end().await;
}
