from django.urls import path

from .views import evaluations, results, reviews, schemes

evaluation_patterns = [
    path("", evaluations.evaluation_list, name="evaluation_list"),
    path("new/", evaluations.evaluation_create, name="evaluation_create"),
    path("<int:pk>/", evaluations.evaluation_detail, name="evaluation_detail"),
    path("<int:pk>/start/", evaluations.evaluation_start, name="evaluation_start"),
    path("<int:pk>/assess/", evaluations.evaluation_assess, name="evaluation_assess"),
    path("<int:pk>/reviewers/", reviews.evaluation_reviewers, name="evaluation_reviewers"),
    path("<int:pk>/reviewers/<int:reviewer>/withdraw/", reviews.reviewer_withdraw, name="reviewer_withdraw"),
    path("<int:pk>/reviewers/<int:reviewer>/return/", reviews.reviewer_return, name="reviewer_return"),
    path("<int:pk>/score/", reviews.evaluation_score, name="evaluation_score"),
    path("<int:pk>/findings/new/", reviews.finding_create, name="finding_create"),
    path("<int:pk>/findings/<int:finding>/delete/", reviews.finding_delete, name="finding_delete"),
    path("<int:pk>/publicity/", results.evaluation_publicity, name="evaluation_publicity"),
    path("<int:pk>/result/", results.evaluation_result, name="evaluation_result"),
    path("<int:pk>/return/", results.evaluation_return, name="evaluation_return"),
    path("<int:pk>/objections/new/", results.objection_create, name="objection_create"),
    path("<int:pk>/objections/<int:objection>/answer/", results.objection_answer, name="objection_answer"),
    path("<int:pk>/publish/", results.evaluation_publish, name="evaluation_publish"),
    path("<int:pk>/supersede/", results.evaluation_supersede, name="evaluation_supersede"),
    path("schemes/", schemes.scheme_list, name="scheme_list"),
    path("schemes/new/", schemes.scheme_create, name="scheme_create"),
    path("schemes/import/", schemes.scheme_import, name="scheme_import"),
    path("schemes/<int:pk>/", schemes.scheme_detail, name="scheme_detail"),
    path("schemes/<int:pk>/edit/", schemes.scheme_update, name="scheme_update"),
    path("schemes/<int:pk>/publish/", schemes.scheme_publish, name="scheme_publish"),
    path("schemes/<int:pk>/indicators/new/", schemes.indicator_create, name="indicator_create"),
    path("indicators/<int:pk>/edit/", schemes.indicator_update, name="indicator_update"),
    path("indicators/<int:pk>/delete/", schemes.indicator_delete, name="indicator_delete"),
]
